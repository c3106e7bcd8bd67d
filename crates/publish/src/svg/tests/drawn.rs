//! A picture read back from its SVG: what stands where, by the measured widths.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::Rect;
use crate::svg::measure::{Font, width};

/// A line of text.
pub struct Text {
    pub words: String,
    pub size: i32,
    pub rect: Rect,
    /// Whether it is a number in a disc, which may stand on a border.
    pub mark: bool,
}

/// What was found in a picture.
pub struct Drawn {
    pub width: i32,
    pub height: i32,
    pub texts: Vec<Text>,
    pub frames: Vec<Rect>,
}

/// Reads a picture, and says what is wrong with it: no title or description, text that is not whole inside the picture or its box, or
/// two things that cover each other.
pub fn clear(svg: &str) -> Result<Drawn, String> {
    let drawn = read(svg)?;
    let all = Rect { x: 0, y: 0, w: drawn.width, h: drawn.height };
    for (place, text) in drawn.texts.iter().enumerate() {
        if !inside(text.rect, all) {
            return Err(format!("`{}` {:?} leaves the picture {all:?}", text.words, text.rect));
        }
        for other in &drawn.texts[place + 1..] {
            if text.rect.overlaps(&other.rect) {
                return Err(format!("`{}` {:?} covers `{}` {:?}", text.words, text.rect, other.words, other.rect));
            }
        }
        for frame in drawn.frames.iter().filter(|_| !text.mark) {
            if text.rect.overlaps(frame) && !inside(text.rect, *frame) {
                return Err(format!("`{}` {:?} is cut by a frame {frame:?}", text.words, text.rect));
            }
        }
    }
    for (place, frame) in drawn.frames.iter().enumerate() {
        if !inside(*frame, all) {
            return Err(format!("a frame {frame:?} leaves the picture {all:?}"));
        }
        for other in &drawn.frames[place + 1..] {
            if frame.overlaps(other) && !inside(*frame, *other) && !inside(*other, *frame) {
                return Err(format!("frames {frame:?} and {other:?} cover each other"));
            }
        }
    }
    Ok(drawn)
}

fn inside(inner: Rect, outer: Rect) -> bool {
    inner.x >= outer.x
        && inner.y >= outer.y
        && inner.x + inner.w <= outer.x + outer.w
        && inner.y + inner.h <= outer.y + outer.h
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.try_get_attribute(name).ok()??;
    Some(String::from_utf8_lossy(&found.value).into_owned())
}

fn number(start: &BytesStart<'_>, name: &str) -> i32 {
    attribute(start, name).and_then(|value| value.parse().ok()).unwrap_or(0)
}

fn read(svg: &str) -> Result<Drawn, String> {
    let mut reader = Reader::from_str(svg);
    let mut drawn = Drawn { width: 0, height: 0, texts: Vec::new(), frames: Vec::new() };
    let mut offsets = vec![(0, 0)];
    let (mut title, mut description, mut tagged) = (String::new(), String::new(), false);
    let mut open: Vec<String> = Vec::new();
    let mut text: Option<(BytesStart<'static>, String)> = None;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Eof => break,
            Event::Start(start) => {
                let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
                let (x, y) = *offsets.last().unwrap();
                let (mut dx, mut dy) = (0, 0);
                match name.as_str() {
                    "svg" => {
                        drawn.width = number(&start, "width");
                        drawn.height = number(&start, "height");
                        let label = attribute(&start, "aria-label").is_some_and(|label| !label.is_empty());
                        tagged = label && attribute(&start, "role").as_deref() == Some("img");
                    }
                    "g" => {
                        let moved = attribute(&start, "transform").unwrap();
                        let moved = moved.strip_prefix("translate(").unwrap().strip_suffix(')').unwrap().to_owned();
                        let (a, b) = moved.split_once(' ').unwrap();
                        (dx, dy) = (a.parse().unwrap(), b.parse().unwrap());
                    }
                    "text" => text = Some((start.to_owned(), String::new())),
                    _ => {}
                }
                offsets.push((x + dx, y + dy));
                open.push(name);
            }
            Event::Empty(start) if start.name().as_ref() == b"rect" && attribute(&start, "stroke").is_some() => {
                let (x, y) = *offsets.last().unwrap();
                let (w, h) = (number(&start, "width"), number(&start, "height"));
                drawn.frames.push(Rect { x: x + number(&start, "x"), y: y + number(&start, "y"), w, h });
            }
            Event::Text(words) => {
                let words = words.decode().map_err(|error| error.to_string())?.into_owned();
                said(&mut open, &mut title, &mut description, &mut text, &words);
            }
            Event::GeneralRef(reference) => {
                let known = match reference.as_ref() {
                    b"amp" => "&",
                    b"lt" => "<",
                    b"gt" => ">",
                    b"quot" => "\"",
                    other => return Err(format!("an entity that is not known: {other:?}")),
                };
                said(&mut open, &mut title, &mut description, &mut text, known);
            }
            Event::End(_) => {
                offsets.pop();
                if let (Some("text"), Some((start, words))) = (open.pop().as_deref(), text.take()) {
                    drawn.texts.push(place(&start, words, *offsets.last().unwrap()));
                }
            }
            _ => {}
        }
    }
    match (title.is_empty(), description.is_empty(), tagged, open.is_empty()) {
        (false, false, true, true) => Ok(drawn),
        found => Err(format!("no title, no description, a role and a label, all closed: {found:?}")),
    }
}

fn said(
    open: &mut [String],
    title: &mut String,
    description: &mut String,
    text: &mut Option<(BytesStart<'static>, String)>,
    words: &str,
) {
    match open.last().map(String::as_str) {
        Some("title") => title.push_str(words),
        Some("desc") => description.push_str(words),
        Some("text") => text.iter_mut().for_each(|(_, said)| said.push_str(words)),
        _ => {}
    }
}

fn place(start: &BytesStart<'_>, words: String, (dx, dy): (i32, i32)) -> Text {
    let size = number(start, "font-size");
    let wide = width(&words, Font { size, bold: attribute(start, "font-weight").is_some() });
    let (x, y) = (dx + number(start, "x"), dy + number(start, "y"));
    let left = match attribute(start, "text-anchor").as_deref() {
        Some("middle") => x - wide / 2,
        Some("end") => x - wide,
        _ => x,
    };
    // Letters rise four fifths of their size above the line, and fall one fifth below it.
    let rect = Rect { x: left, y: y - size * 4 / 5, w: wide, h: size };
    let mark = attribute(start, "fill").as_deref() == Some("#ffffff");
    Text { words, size, rect, mark }
}
