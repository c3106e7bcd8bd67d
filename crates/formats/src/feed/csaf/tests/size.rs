//! Short texts that mean much: every vulnerability may name every product.

use serde_json::{Value, json};

use super::{document, read};

/// A tree of so many products below one vendor.
fn wide(products: usize, vendor: &str) -> Value {
    let leaf = |at| json!({ "category": "product_name", "name": format!("product {at}"), "product": { "product_id": format!("P{at}"), "name": "p" } });
    let leaves: Vec<Value> = (0..products).map(leaf).collect();
    json!({ "branches": [{ "category": "vendor", "name": vendor, "branches": leaves }] })
}

fn flaws(count: usize, status: &Value) -> Value {
    (0..count).map(|at| json!({ "cve": format!("CVE-2020-{at}"), "product_status": status })).collect()
}

#[test]
fn unreadable_statuses_do_not_multiply_the_tree() -> Result<(), String> {
    let (records, aside) = read(&document(wide(600, "v"), flaws(600, &json!(7))));
    let said: usize = records.iter().map(|record| record.affected.len()).sum();
    assert!(!records.is_empty() && records.iter().all(|record| record.affected.len() == 600));
    assert!(said < 120_000, "{said} statements");
    // Whatever was left out may have been about any of them.
    let [aside] = aside.as_slice() else { return Err(format!("{} set aside", aside.len())) };
    assert_eq!(aside.subjects.len(), 600);
    // Few of them keep all.
    let (records, _) = read(&document(wide(60, "v"), flaws(60, &json!(7))));
    assert_eq!(records.iter().map(|record| record.affected.len()).sum::<usize>(), 3600);
    Ok(())
}

#[test]
fn long_words_above_many_products_are_not_repeated_without_end() -> Result<(), String> {
    let all: Vec<String> = (0..200).map(|at| format!("P{at}")).collect();
    let status = json!({ "known_affected": all });
    let vendor = "v".repeat(20_000);
    let (records, aside) = read(&document(wide(200, &vendor), flaws(40, &status)));
    let products = records.iter().flat_map(|record| &record.affected);
    let bytes: usize = products.filter_map(|product| product.vendor.as_ref()).map(String::len).sum();
    assert!((1..48 << 20).contains(&bytes), "{bytes} bytes");
    let [aside] = aside.as_slice() else { return Err(format!("{} set aside", aside.len())) };
    assert!(aside.reason.contains("say more of products"), "{}", aside.reason);
    assert_eq!(aside.subjects.len(), 200);
    // With short words all of it is taken.
    let (records, aside) = read(&document(wide(200, "v"), flaws(40, &status)));
    assert_eq!((records.iter().map(|record| record.affected.len()).sum::<usize>(), aside), (8000, Vec::new()));
    Ok(())
}
