//! Small mirrors, written as text and packed here.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use ward_knowledge::Home;

pub type TestResult = Result<(), Box<dyn std::error::Error>>;

/// A mirror in a folder of its own, with a home beside it.
pub struct Mirror {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Mirror {
    pub fn new() -> Result<Self, std::io::Error> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("mirror");
        fs::create_dir(&path)?;
        Ok(Self { folder, path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn home(&self) -> Home {
        Home::open(self.folder.path().join("home"))
    }

    fn file(&self, folder: &str, name: &str) -> Result<PathBuf, std::io::Error> {
        let folder = self.path().join(folder);
        fs::create_dir_all(&folder)?;
        Ok(folder.join(name))
    }

    /// Any file, in a folder however deep.
    pub fn any(&self, name: &str, bytes: &[u8]) -> TestResult {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        Ok(fs::write(path, bytes)?)
    }

    pub fn nvd(&self, name: &str, elements: &[String]) -> TestResult {
        packed(&self.file("nvd", &format!("nvdcve-2.0-{name}.json.gz"))?, &nvd_text(elements))
    }

    /// A yearly file that says when it was made.
    pub fn nvd_made(&self, name: &str, made: &str, elements: &[String]) -> TestResult {
        let text = nvd_text(elements).replacen('{', &format!("{{\"timestamp\":\"{made}T00:10:00.000\","), 1);
        packed(&self.file("nvd", &format!("nvdcve-2.0-{name}.json.gz"))?, &text)
    }

    pub fn plain_nvd(&self, name: &str, elements: &[String]) -> TestResult {
        Ok(fs::write(self.file("nvd", &format!("nvdcve-2.0-{name}.json"))?, nvd_text(elements))?)
    }

    pub fn kev(&self, day: &str, ids: &[&str]) -> TestResult {
        let entries: Vec<String> =
            ids.iter().map(|id| format!(r#"{{"cveID":"{id}","dateAdded":"2022-01-01"}}"#)).collect();
        let text = format!(
            r#"{{"catalogVersion":"{day}","dateReleased":"{day}T00:00:00Z","count":{},"vulnerabilities":[{}]}}"#,
            ids.len(),
            entries.join(",")
        );
        Ok(fs::write(self.file("kev", "known_exploited_vulnerabilities.json")?, text)?)
    }

    pub fn epss(&self, day: &str, rows: &[(&str, &str, &str)]) -> TestResult {
        let mut text = format!("#model_version:v1,score_date:{day}T00:00:00+0000\ncve,epss,percentile\n");
        for (id, score, percentile) in rows {
            text.push_str(&format!("{id},{score},{percentile}\n"));
        }
        packed(&self.file("epss", &format!("epss_scores-{day}.csv.gz"))?, &text)
    }
}

fn packed(path: &Path, text: &str) -> TestResult {
    let mut encoder = GzEncoder::new(File::create(path)?, Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()?;
    Ok(())
}

/// A whole file of NVD.
pub fn nvd_text(elements: &[String]) -> String {
    format!(
        r#"{{"resultsPerPage":{0},"startIndex":0,"totalResults":{0},"format":"NVD_CVE","version":"2.0","vulnerabilities":[{1}]}}"#,
        elements.len(),
        elements.join(",")
    )
}

/// An element of such a file.
pub fn cve(id: &str, modified: &str, description: &str) -> String {
    format!(
        r#"{{"cve":{{"id":"{id}","published":"2020-01-01T00:00:00.000","lastModified":"{modified}T00:00:00.000","vulnStatus":"Analyzed",
        "descriptions":[{{"lang":"en","value":"{description}"}}],
        "configurations":[{{"nodes":[{{"operator":"OR","negate":false,"cpeMatch":[
        {{"vulnerable":true,"criteria":"cpe:2.3:a:acme:pump:*:*:*:*:*:*:*:*","versionEndExcluding":"2.0"}}]}}]}}]}}}}"#
    )
}

/// An archive of these files.
pub fn zipped(files: &[(&str, &[u8])]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        archive.start_file(*name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}
