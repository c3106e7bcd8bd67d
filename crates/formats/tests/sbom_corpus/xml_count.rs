//! Counts the components of CycloneDX XML by its tags alone, as an independent judge of the reader.

/// How many components a text has for the index, and how many of them are components here.
///
/// The index counts every opening `component` tag with attributes. Not all of those are components of the product: what the file
/// describes is one where it has a name or an identity, and ancestors, variants, tools and annotators are none.
pub fn count(text: &str) -> (usize, usize) {
    let (mut all, mut ours) = (0, 0);
    let mut open: Vec<String> = Vec::new();
    let mut is_named = false;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .iter()
            .find(|(begin, _)| rest.starts_with(begin))
            .and_then(|(_, end)| rest.split_once(end));
        if let Some((_, after)) = skipped {
            rest = after;
            continue;
        }
        let Some((tag, after)) = rest[1..].split_once('>') else { break };
        rest = after;
        if tag.starts_with('/') {
            open.pop();
            continue;
        }
        let name: String = tag.chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        if name == "component" {
            all += usize::from(tag.starts_with("component "));
            let product = open.iter().enumerate().all(|(depth, around)| match around.as_str() {
                "metadata" => depth == 1,
                around => ["bom", "components", "component"].contains(&around),
            });
            ours += usize::from(product && open.last().is_some_and(|around| around == "components"));
        }
        let path: Vec<&str> = open.iter().map(String::as_str).collect();
        if path == ["bom", "metadata", "component"] && ["name", "cpe", "purl"].contains(&name.as_str()) {
            let inside = rest.trim_start();
            is_named |= inside.starts_with("<![CDATA[") || !inside.starts_with('<');
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    (all, ours + usize::from(is_named))
}
