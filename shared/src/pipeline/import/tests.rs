//! Do the lines of a file become what they say?

use super::*;
use crate::kernel::money::Money;
use crate::kernel::separated::{Reader, Separator, written};
use jiff::civil::Date;
use proptest::prelude::*;

fn reading() -> Reading {
    Reading {
        mapping: Column::ALL.iter().copied().map(Some).collect(),
        currency: "USD".to_owned(),
        ..Reading::default()
    }
}

fn line(cells: &[&str]) -> Line {
    Line { number: 2, cells: cells.iter().map(|cell| (*cell).to_owned()).collect(), fault: None }
}

fn keys(cells: &[&str]) -> Vec<(Option<Column>, String)> {
    let problems = reading().prospect(&line(cells)).unwrap_err();
    problems.into_iter().map(|problem| (problem.column, problem.key)).collect()
}

#[test]
fn a_line_is_a_prospect() {
    let cells = [
        " Ashgrove ",
        "Renewal",
        "$1,200.50",
        "31.12.2026",
        "Retail",
        "EMEA",
        "Ada",
        "ada@example.com",
        "+1 555",
        "'=Call",
    ];
    let prospect = reading().prospect(&line(&cells)).unwrap().unwrap();
    let expected = NewProspect {
        company: Some("Ashgrove".to_owned()),
        name: "Renewal".to_owned(),
        amount: Money::from_minor(120_050),
        expected_close_date: Some(Date::constant(2026, 12, 31)),
        industry: Some("Retail".to_owned()),
        region: Some("EMEA".to_owned()),
        contact_name: Some("Ada".to_owned()),
        contact_email: Some("ada@example.com".to_owned()),
        contact_phone: Some("+1 555".to_owned()),
        next_step: Some("=Call".to_owned()),
        ..NewProspect::default()
    };
    assert_eq!(prospect, expected, "a formula is a text");
    assert_eq!(reading().prospect(&line(&["", " ", ""])), Ok(None));
    let short = reading().prospect(&line(&["Ashgrove", "Renewal", "1"])).unwrap().unwrap();
    assert_eq!(short.next_step, None);
}

#[test]
fn every_problem_of_a_line_is_named() {
    let long = "x".repeat(201);
    assert_eq!(
        keys(&["", &long, "-5", "soon", "", "", "", "nobody"]),
        [
            (Some(Column::ExpectedClose), "not_a_date".to_owned()),
            (Some(Column::Company), "required".to_owned()),
            (Some(Column::Opportunity), "too_long".to_owned()),
            (Some(Column::Amount), "out_of_range".to_owned()),
            (Some(Column::ContactEmail), "not_an_address".to_owned()),
        ]
    );
    assert_eq!(keys(&["a", "b"]), [(Some(Column::Amount), "required".to_owned())]);
    assert_eq!(keys(&["a", "b", "x"]), [(Some(Column::Amount), "not_a_number".to_owned())]);
    let beyond = vec!["1"; Column::ALL.len() + 1];
    assert_eq!(keys(&beyond), [(None, "more_cells_than_header".to_owned())]);
    let faulty = Line { fault: Some(Fault::UnterminatedQuote), ..line(&["a", "b", "1"]) };
    assert_eq!(reading().prospect(&faulty).unwrap_err()[0].key, "unterminated_quote");
}

#[test]
fn a_header_without_a_needed_column_says_which() {
    let reading = Reading {
        mapping: vec![Some(Column::Amount), None],
        currency: "USD".to_owned(),
        ..Reading::default()
    };
    assert_eq!(reading.missing().collect::<Vec<_>>(), [Column::Company, Column::Opportunity]);
}

#[test]
fn a_batch_is_checked_as_its_rows_are() {
    let fine = NewProspect {
        company: Some("a".to_owned()),
        name: "b".to_owned(),
        amount: Money::from_minor(1),
        ..NewProspect::default()
    };
    let batch = |rows| ProspectBatch { key: "k".to_owned(), rows };
    assert_eq!(batch(vec![fine.clone()]).check(), Ok(()));
    let bad = NewProspect { request_id: Some(Uuid::nil()), amount: Money::ZERO, ..fine.clone() };
    let problems = batch(vec![fine.clone(), bad]).check().unwrap_err();
    let named: Vec<_> =
        problems.iter().map(|it| (it.row, it.field.as_deref().unwrap(), it.key.as_str())).collect();
    assert_eq!(named, [(1, "amount", "out_of_range"), (1, "request_id", "unknown_field")]);
    assert_eq!(batch(vec![]).check().unwrap_err()[0].key, "required");
    assert_eq!(batch(vec![fine; BULK_MAX + 1]).check().unwrap_err()[0].key, "too_many");
    assert!(ImportUndo { key: " ".to_owned() }.check().is_err());
}

#[test]
fn doubles_are_found_whatever_their_case() {
    let named = |company: &str, name: &str| NewProspect {
        company: Some(company.to_owned()),
        name: name.to_owned(),
        ..NewProspect::default()
    };
    let mut doubles = Doubles::default();
    assert!(!doubles.is_double(&named("Ashgrove", "Renewal")));
    assert!(doubles.is_double(&named(" ASHGROVE", "renewal ")));
    assert!(!doubles.is_double(&named("Ashgrove", "Renewal 2")));
    assert!(!doubles.is_double(&named("AshgroveR", "enewal")));
}

#[test]
fn a_key_is_of_file_place_and_rows() {
    let print = |bytes: &[u8]| {
        let mut print = Fingerprint::default();
        print.add(bytes);
        print
    };
    // The published value for "foobar".
    assert_eq!(print(b"foobar").0, 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    let batch = |names: &[&str]| {
        let mut batches = Batches::default();
        for name in names {
            let row = NewProspect { name: (*name).to_owned(), ..NewProspect::default() };
            assert!(batches.add(Line::default(), row).is_none());
        }
        batches.end().unwrap()
    };
    let one = batch(&["x"]);
    let key = print(b"a").key(0, &one);
    assert_eq!(key, print(b"a").key(0, &batch(&["x"])));
    for other in [
        print(b"b").key(0, &one),
        print(b"a").key(1, &one),
        print(b"a").key(0, &batch(&["y"])),
        print(b"a").key(0, &batch(&["x", "x"])),
    ] {
        assert_ne!(key, other);
    }
    assert!(key.len() <= KEY_MAX_CHARS);
}

#[test]
fn batches_are_cut_by_rows_and_by_bytes() {
    let prospect =
        |chars: usize| NewProspect { next_step: Some("x".repeat(chars)), ..NewProspect::default() };
    let cut = |count: usize, chars: usize| {
        let mut batches = Batches::default();
        let mut sizes: Vec<usize> = (0..count)
            .filter_map(|_| batches.add(Line::default(), prospect(chars)))
            .map(|batch| batch.rows.len())
            .collect();
        sizes.extend(batches.end().map(|batch| batch.rows.len()));
        sizes
    };
    assert_eq!(cut(1_001, 1), [500, 500, 1]);
    assert_eq!(cut(0, 1), Vec::<usize>::new());
    let by_bytes = cut(200, 10_000);
    assert!(by_bytes[0] < 100 && by_bytes.iter().sum::<usize>() == 200, "{by_bytes:?}");
}

proptest! {
    #[test]
    fn a_written_file_is_the_same_prospects(
        rows in proptest::collection::vec(("[a-z\",;'= \n]{0,12}x", "[a-z\"+@|-]{0,12}y", 1_i64..=Money::MAX.minor()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let labels: Vec<_> = Column::ALL.iter().map(|column| column.label().to_owned()).collect();
        let mut text = written(&labels);
        for (company, name, amount) in &rows {
            let mut cells = vec![String::new(); Column::ALL.len()];
            cells[0] = company.clone();
            cells[1] = name.clone();
            cells[2] = Money::from_minor(*amount).to_string();
            text.push_str(&written(&cells));
        }
        prop_assert_eq!(separator_of(&text), Separator::Comma);
        let (first, second) = text.split_at(cut.index(text.len()));
        let mut lines = Vec::new();
        let mut reader = Reader::new(Separator::Comma);
        reader.read(first, |line| lines.push(line));
        reader.read(second, |line| lines.push(line));
        lines.extend(reader.end());
        let reading = Reading { mapping: mapping(&lines[0].cells), currency: "USD".to_owned(), ..Reading::default() };
        let read: Vec<_> = lines[1..].iter().map(|line| {
            let prospect = reading.prospect(line).unwrap().unwrap();
            (prospect.company.unwrap(), prospect.name, prospect.amount.minor())
        }).collect();
        let expected: Vec<_> = rows.iter()
            .map(|(company, name, amount)| (company.trim().to_owned(), name.trim().to_owned(), *amount)).collect();
        prop_assert_eq!(read, expected);
    }
}
