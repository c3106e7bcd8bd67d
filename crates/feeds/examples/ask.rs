//! Asks a home what a scan asks, and says how long that took: `ask HOME PRODUCTS`. For measuring.

use std::io::Write;
use std::time::Instant;

use ward_knowledge::Home;
use ward_model::cpe::ProductKey;
use ward_model::knowledge::{Knowledge, RecordNumber};

#[expect(clippy::disallowed_methods, reason = "an example that measures; nothing that it makes depends on the time")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [home, count] = arguments.as_slice() else { return Err("usage: ask HOME PRODUCTS".into()) };
    let count: usize = count.parse()?;
    let mut out = std::io::stdout().lock();
    let begun = Instant::now();
    let generation = Home::open(home).current()?.ok_or("nothing is held")?;
    writeln!(out, "{:>9.2?} opened, {} records", begun.elapsed(), generation.record_count())?;

    // Products from records that are spread over the whole of it.
    let step = (generation.record_count() / u32::try_from(count)?.max(1)).max(1);
    let mut products: Vec<ProductKey> = Vec::new();
    for number in (0..generation.record_count()).step_by(step as usize) {
        let record = generation.record(RecordNumber(number))?;
        let criteria = record.configurations.iter().flat_map(|all| &all.nodes).flat_map(|node| &node.criteria);
        products.extend(criteria.filter_map(|criterion| criterion.cpe.product_key()).next());
    }
    products.truncate(count);

    let generation = Home::open(home).current()?.ok_or("nothing is held")?;
    let begun = Instant::now();
    let mut rows = 0;
    for product in &products {
        rows += generation.candidates(product)?.len();
    }
    writeln!(out, "{:>9.2?} for {rows} candidates of {} products", begun.elapsed(), products.len())?;
    let begun = Instant::now();
    let mut named = 0;
    for product in &products {
        named += generation.products_named(&product.product)?.len();
    }
    writeln!(out, "{:>9.2?} for {named} products by {} names", begun.elapsed(), products.len())?;
    let begun = Instant::now();
    for number in (0..generation.record_count()).step_by(step as usize) {
        generation.record(RecordNumber(number))?;
    }
    writeln!(out, "{:>9.2?} for {} records", begun.elapsed(), generation.record_count().div_ceil(step))?;
    let begun = Instant::now();
    generation.verify()?;
    writeln!(out, "{:>9.2?} to verify all", begun.elapsed())?;
    Ok(())
}
