use super::{FeedError, read};

const LIST: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Weakness_Catalog Name="CWE" Version="4.99" xmlns="http://cwe.mitre.org/cwe-7">
  <Weaknesses>
    <Weakness ID="79" Name="Script &apos;in&apos; a page &amp; more" Status="Stable"><Description>Weakness ID="1"</Description>
      <Related_Weaknesses><Weakness ID="9999" Name="not one of the list"/></Related_Weaknesses></Weakness>
    <Weakness ID="x" Name="no number"/>
    <Weakness Name="no number either"/>
    <Weakness ID="80"/>
  </Weaknesses>
  <Categories><Category ID="16" Name="Configuration" Status="Obsolete"/></Categories>
  <Views><View ID="1000" Name="Concepts"></View></Views>
</Weakness_Catalog>"#;

#[test]
fn names_are_read_by_number() -> Result<(), FeedError> {
    let list = read(LIST.as_bytes())?;
    assert_eq!(list.version.as_deref(), Some("4.99"));
    let names: Vec<_> = list.names.iter().map(|(number, name)| (*number, name.as_str())).collect();
    assert_eq!(names, [(16, "Configuration"), (79, "Script 'in' a page & more"), (1000, "Concepts")]);
    let aside: Vec<_> = list.set_aside.iter().map(|aside| (aside.place, aside.reason.as_str())).collect();
    assert_eq!(aside, [(2, "ID `x` is no number"), (3, "no attribute `ID`"), (4, "no attribute `Name`")]);
    Ok(())
}

#[test]
fn what_is_not_the_whole_list_is_refused() {
    for text in ["", "  ", "{}", "<a/>", "<a></a>", "<!-- x -->"] {
        assert!(read(text.as_bytes()).is_err(), "{text}");
    }
    for end in (0..LIST.len() - 1).step_by(7) {
        assert!(read(&LIST.as_bytes()[..end]).is_err(), "{end}");
    }
}
