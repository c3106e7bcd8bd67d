//! Vulnerability feeds: NVD API 2.0, CISA KEV, EPSS.
