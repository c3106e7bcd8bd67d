//! Software bills of materials: CycloneDX and SPDX.
