//! A small shape for each kind of element. The kind is always written beside it.

use ward_model::device::ElementKind;

/// A path inside a square of 18 by 18 units, drawn as lines.
pub const fn path(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Implant => "M9 15 L3 9 A3.4 3.4 0 0 1 9 5 A3.4 3.4 0 0 1 15 9 Z M5 9 H8 L9 7 L10 11 L11 9 H13",
        ElementKind::Wearable => "M5 6 H13 V12 H5 Z M6 6 L7 2 H11 L12 6 M6 12 L7 16 H11 L12 12",
        ElementKind::BedsideDevice => "M3 2 H13 V10 H3 Z M5 5 H11 M8 10 V16 M4 16 H12",
        ElementKind::Programmer => "M4 3 H14 V11 H4 Z M1 15 H17 L14 11 H4 Z",
        ElementKind::RemoteControl => "M6 2 H12 V16 H6 Z M8 5 H10 M8 8 H10 M8 11 H10",
        ElementKind::PhoneApp => "M5 1 H13 V17 H5 Z M5 4 H13 M5 14 H13 M8.5 15.5 H9.5",
        ElementKind::Gateway => "M9 2 L16 9 L9 16 L2 9 Z M5.5 9 H12.5 M10.5 7 L12.5 9 L10.5 11",
        ElementKind::Server => "M3 3 H15 V8 H3 Z M3 10 H15 V15 H3 Z M5 5.5 H6 M5 12.5 H6",
        ElementKind::CloudService => "M5 14 A3.3 3.3 0 0 1 5 7.5 A4.2 4.2 0 0 1 13 7 A3.5 3.5 0 0 1 13.5 14 Z",
        ElementKind::Network => {
            "M9 4 L4 13 M9 4 L14 13 M4 13 H14 M7.5 2.5 H10.5 V5.5 H7.5 Z M2.5 11.5 H5.5 V14.5 H2.5 Z M12.5 11.5 H15.5 V14.5 H12.5 Z"
        }
        ElementKind::UpdateServer => "M3 12 H15 V16 H3 Z M9 1 V9 M6 6.5 L9 9.5 L12 6.5",
        ElementKind::ServiceTool => "M3 15 L10 8 M10 8 A4 4 0 0 1 14 3 L12 6 L13 7 L16 5 A4 4 0 0 1 10 8",
        ElementKind::Other => "M9 2 A7 7 0 1 1 8.9 2 Z M9 6 V9.5 M9 12 V12.8",
    }
}
