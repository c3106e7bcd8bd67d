use std::path::Path;

use super::schemas;

/// The published schemas are those of the reader. `WARD_BLESS=1` writes them.
#[test]
fn published_schemas_are_those_of_the_reader() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/folder");
    let bless = std::env::var_os("WARD_BLESS").is_some();
    for (name, schema) in schemas() {
        let path = folder.join(format!("{name}.schema.json"));
        let text = format!("{schema:#}\n");
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == text, "{} differs from the reader: run this test with WARD_BLESS=1", path.display());
    }
}

/// What the reader takes, the schemas take.
#[test]
fn the_schemas_take_what_the_reader_takes() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/first-pump");
    let mut texts: Vec<(String, String)> = crate::new_folder("Pump", jiff::civil::date(2026, 1, 1))
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text))
        .collect();
    texts.extend(crate::read::tests::whole_texts().map(|(path, text)| (path.to_owned(), text.to_owned())));
    for path in ["device.toml", "system.toml", "fielded.toml"] {
        texts.push((path.to_owned(), std::fs::read_to_string(examples.join(path)).unwrap()));
    }
    let pump = examples.join("../infusion-pump/use-cases.toml");
    texts.push(("use-cases.toml".to_owned(), std::fs::read_to_string(pump).unwrap()));
    texts.extend(crate::read::tests::configuration_texts().map(|(path, text)| (path.to_owned(), text.to_owned())));
    for (name, schema) in schemas() {
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut seen = 0;
        for (path, text) in texts.iter().filter(|(path, _)| *path == format!("{name}.toml")) {
            let value = json(toml::Value::Table(text.parse().unwrap()));
            let errors: Vec<String> =
                validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{path}: {errors:#?}");
            seen += 1;
        }
        assert!(seen >= 2, "{name}");
        assert!(!validator.is_valid(&serde_json::json!({ "no such key": 1 })));
    }
}

fn json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
    }
}
