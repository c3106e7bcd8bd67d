//! The seed: the few records that ship with the program, so that its first run needs no feed.

use jiff::civil::Date;
use serde::Deserialize;
use ward_formats::feed::nvd::{self, Item};
use ward_formats::feed::{FeedError, epss, kev};
use ward_model::knowledge::KnowledgeError;

use crate::memory::{Contents, Memory};
use crate::source::{EPSS, KEV, SetAsideRecord};

const NVD_TEXT: &str = include_str!("../../../seed/nvd-seed.json");
const KEV_TEXT: &str = include_str!("../../../seed/kev-seed.json");
const EPSS_TEXT: &str = include_str!("../../../seed/epss-seed.csv");
const COVERAGE_TEXT: &str = include_str!("../../../seed/coverage.json");

/// Why the seed cannot be read; a broken build, never an input.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// A feed file of the seed.
    #[error("the seed's {file} cannot be read")]
    Feed {
        /// Which file.
        file: &'static str,
        /// Why.
        #[source]
        source: FeedError,
    },
    /// The statement of what the seed covers.
    #[error("the seed's coverage cannot be read")]
    Coverage(#[source] serde_json::Error),
    /// The records cannot be put in order.
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
}

#[derive(Deserialize)]
struct Coverage {
    as_of: Date,
    products: Vec<String>,
}

/// Reads the seed.
///
/// Its records carry no day of receipt: they came with the program, and no home has received them.
///
/// # Errors
/// The files that were built in make no sense.
pub fn load() -> Result<Memory, SeedError> {
    let coverage: Coverage = serde_json::from_str(COVERAGE_TEXT).map_err(SeedError::Coverage)?;
    let feed = |file: &'static str| move |source| SeedError::Feed { file, source };
    let mut contents = Contents { seed: true, limited_to: coverage.products, ..Contents::empty(coverage.as_of) };
    for item in nvd::Reader::new(NVD_TEXT.as_bytes()) {
        match item.map_err(feed("nvd-seed.json"))? {
            Item::Record(dated) => contents.records.push(dated.record),
            Item::SetAside(aside) => contents.set_aside.push(SetAsideRecord::new(nvd::SOURCE, "nvd-seed.json", aside)),
        }
    }
    let mut catalogue = kev::read(KEV_TEXT.as_bytes()).map_err(feed("kev-seed.json"))?;
    let aside = std::mem::take(&mut catalogue.set_aside);
    contents.set_aside.extend(aside.into_iter().map(|aside| SetAsideRecord::new(KEV, "kev-seed.json", aside)));
    contents.exploited = Some(catalogue);
    let mut scores = epss::read(EPSS_TEXT.as_bytes()).map_err(feed("epss-seed.csv"))?;
    let aside = std::mem::take(&mut scores.set_aside);
    contents.set_aside.extend(aside.into_iter().map(|aside| SetAsideRecord::new(EPSS, "epss-seed.csv", aside)));
    contents.epss = Some(scores);
    Ok(Memory::new(contents)?)
}

#[cfg(test)]
mod tests {
    use ward_model::cpe::ProductKey;
    use ward_model::ids::VulnerabilityId;
    use ward_model::knowledge::Knowledge;

    use super::load;

    type Result = std::result::Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn the_seed_is_read_whole_and_says_what_it_is() -> Result {
        let seed = load()?;
        let description = seed.description();
        assert!(description.seed);
        let names: Vec<_> = description.sources.iter().map(|source| source.name.as_str()).collect();
        assert_eq!(names, ["epss", "kev", "nvd"]);
        for source in &description.sources {
            assert_eq!(source.set_aside, 0, "{}", source.name);
            assert!(source.records > 0, "{}", source.name);
        }
        Ok(())
    }

    #[test]
    fn every_product_that_it_claims_to_cover_is_named_in_it() -> Result {
        let seed = load()?;
        for product in &seed.description().limited_to {
            let key: ProductKey = product.parse()?;
            assert!(seed.names_product(&key)?, "{product}");
        }
        Ok(())
    }

    #[test]
    fn heartbleed_is_there_with_its_product() -> Result {
        let seed = load()?;
        let id = VulnerabilityId::from("CVE-2014-0160");
        let number = seed.find(&id)?.ok_or("not found")?;
        let candidates = seed.candidates(&"a:openssl:openssl".parse()?)?;
        assert!(candidates.iter().any(|candidate| candidate.record == number));
        assert!(seed.exploited(&id)?.is_some() && seed.epss(&id)?.is_some());
        assert_eq!(seed.record(number)?.received, None);
        Ok(())
    }
}
