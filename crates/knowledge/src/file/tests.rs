use proptest::prelude::*;

use super::reader::Reader;
use super::writer::Writer;
use super::{FORMATS, LARGEST_BLOCK, Section};
use crate::disk::Disk;
use crate::testing::TestResult;

const BLOCK: usize = LARGEST_BLOCK;

fn write(path: &std::path::Path, sections: &[Vec<u8>], format: u32) -> TestResult {
    let mut writer = Writer::of_format(std::fs::File::create(path)?, Disk::default(), format);
    for (index, section) in Section::ALL.iter().enumerate() {
        writer.section(*section, sections.get(index).map_or(&[], Vec::as_slice))?;
    }
    writer.finish()?;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn sections_come_back_whole_and_in_parts(
        lengths in prop::collection::vec(prop_oneof![0_usize..40, BLOCK - 2..BLOCK + 2, 2 * BLOCK - 2..3 * BLOCK], 0..5),
        noise: bool,
        format in prop::sample::select(FORMATS.to_vec()),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 4),
    ) {
        let mut seed = 7_u32;
        let sections: Vec<Vec<u8>> = lengths.iter().map(|length| (0..*length).map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if noise { (seed >> 24) as u8 } else { (seed >> 31) as u8 }
        }).collect()).collect();
        let check = || -> Result<(), Box<dyn std::error::Error>> {
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("file");
            write(&path, &sections, format)?;
            let reader = Reader::open(&path)?;
            reader.verify()?;
            for (section, bytes) in Section::ALL.iter().zip(&sections) {
                assert_eq!(reader.whole(*section)?, *bytes);
                for (_, from, to) in &cuts {
                    let from = from.index(bytes.len() + 1);
                    let to = from + to.index(bytes.len() - from + 1);
                    let mut part = Vec::new();
                    reader.read(*section, from as u64, to - from, &mut part)?;
                    assert_eq!(part, bytes[from..to]);
                }
                assert!(reader.read(*section, bytes.len() as u64, 1, &mut Vec::new()).is_err());
                assert!(reader.read(*section, u64::MAX, 1, &mut Vec::new()).is_err());
                assert!(reader.array::<2>(*section, bytes.len().saturating_sub(1) as u64).is_err());
            }
            Ok(())
        };
        check().map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

#[test]
fn a_file_without_its_header_is_no_generation() -> TestResult {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("file");
    let mut writer = Writer::new(std::fs::File::create(&path)?, Disk::default());
    // Text that does not become shorter, so that it fills what is handed over at once.
    let mut noise = 1_u64;
    let noise: Vec<u8> = (0..3 << 20)
        .map(|_| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 40) as u8
        })
        .collect();
    writer.section(Section::Records, &noise)?;
    drop(writer);
    assert!(std::fs::metadata(&path)?.len() > 1 << 20);
    assert!(matches!(Reader::open(&path), Err(crate::OpenError::NotAGeneration { .. })));
    Ok(())
}
