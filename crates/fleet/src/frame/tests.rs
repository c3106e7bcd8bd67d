use std::fs;

use proptest::prelude::*;

use super::reader::Reader;
use super::writer::Writer;
use super::{ANSWERS, BLOCK, PORTFOLIO, Section, read_number, write_number};

fn written(parts: &[(usize, Vec<u8>)]) -> (tempfile::NamedTempFile, Vec<Vec<u8>>) {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = Writer::new(file.reopen().unwrap(), &PORTFOLIO);
    let mut whole = vec![Vec::new(); PORTFOLIO.sections.len()];
    for (section, bytes) in parts {
        writer.write(Section::ALL[*section], bytes).unwrap();
        whole[*section].extend_from_slice(bytes);
    }
    writer.finish().unwrap();
    (file, whole)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_written_is_read(
        parts in prop::collection::vec((0_usize..9, any::<u8>(), 0_usize..BLOCK + 9000), 0..12),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let fill = |(section, byte, length): (usize, u8, usize)| {
            // Some of it shrinks and some of it does not.
            let mut state = u64::from(byte) + 1;
            let noise = |_| { state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1); (state >> 56) as u8 };
            let bytes: Vec<u8> = if byte % 2 == 0 { vec![byte; length] } else { (0..length).map(noise).collect() };
            (section, bytes)
        };
        let parts: Vec<_> = parts.into_iter().map(fill).collect();
        let (file, whole) = written(&parts);
        let reader = Reader::open(file.path(), &PORTFOLIO).unwrap();
        for (section, bytes) in PORTFOLIO.sections.iter().copied().zip(&whole) {
            prop_assert_eq!(&reader.whole(section).unwrap(), bytes);
            let (a, b) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            let (a, b) = (a.min(b), a.max(b));
            prop_assert_eq!(&reader.read(section, a as u64, b as u64).unwrap()[..], &bytes[a..b]);
            prop_assert!(reader.read(section, 0, bytes.len() as u64 + 1).is_err());
        }
    }

    #[test]
    fn numbers_come_back(number in any::<u64>(), rest in any::<u8>()) {
        let mut bytes = Vec::new();
        write_number(number, &mut bytes);
        bytes.push(rest);
        let mut left = &bytes[..];
        prop_assert_eq!(read_number(&mut left), Some(number));
        prop_assert_eq!(left, &[rest][..]);
    }
}

#[test]
fn any_byte_that_changes_is_noticed() {
    let (file, whole) = written(&[(0, b"some pairs".to_vec()), (3, vec![7; 300]), (0, b" more".to_vec())]);
    let bytes = fs::read(file.path()).unwrap();
    for place in 0..bytes.len() {
        let mut other = bytes.clone();
        other[place] ^= 0x10;
        fs::write(file.path(), &other).unwrap();
        let noticed = match Reader::open(file.path(), &PORTFOLIO) {
            Err(_) => true,
            Ok(reader) => PORTFOLIO.sections.iter().any(|section| reader.whole(*section).is_err()),
        };
        assert!(noticed, "byte {place}");
    }
    for length in 0..bytes.len() {
        fs::write(file.path(), &bytes[..length]).unwrap();
        assert!(Reader::open(file.path(), &PORTFOLIO).is_err(), "{length} bytes");
    }
    fs::write(file.path(), &bytes).unwrap();
    assert_eq!(Reader::open(file.path(), &PORTFOLIO).unwrap().whole(Section::Pairs).unwrap(), whole[0]);
}

#[test]
fn every_section_is_of_one_form() {
    let all: Vec<Section> = PORTFOLIO.sections.iter().chain(ANSWERS.sections).copied().collect();
    assert_eq!(all, Section::ALL);
    for (place, section) in Section::ALL.into_iter().enumerate() {
        assert_eq!((section.index(), section as usize), (place, place + 1));
    }
    let (file, _) = written(&[(0, b"pairs".to_vec())]);
    assert!(Reader::open(file.path(), &ANSWERS).is_err());
}

#[test]
fn numbers_that_are_too_large_are_refused() {
    assert_eq!(read_number(&mut &[0xff; 10][..]), None);
    assert_eq!(read_number(&mut &[0x80; 3][..]), None);
    assert_eq!(read_number(&mut &[][..]), None);
    assert_eq!(read_number(&mut &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1][..]), Some(u64::MAX));
}
