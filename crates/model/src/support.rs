//! Until when somebody supports a product.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One release line of a product, with the days on which support for it ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SupportCycle {
    /// The product, as the source calls it.
    pub product: String,
    /// The release line: the leading part of its versions, for example `3.0` of OpenSSL.
    pub cycle: String,
    /// When the line was first released.
    pub released: Option<Date>,
    /// Until when it is developed further.
    pub active_until: SupportEnd,
    /// Until when it gets security fixes.
    pub security_until: SupportEnd,
    /// Until when somebody sells fixes beyond that.
    pub extended_until: SupportEnd,
    /// The newest version of the line.
    pub latest: Option<String>,
    /// When that came out.
    pub latest_released: Option<Date>,
    /// Whether the source named the line once and does so no more: what stands here is what it said last.
    #[serde(skip)]
    pub said_no_longer: bool,
}

/// The end of a kind of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SupportEnd {
    /// Nothing is said: unknown is not "for ever".
    Unknown,
    /// It has ended, on a day that is not said.
    Ended,
    /// It ends, or ended, on this day.
    On(Date),
    /// It goes on, and no end is announced.
    NotAnnounced,
}
