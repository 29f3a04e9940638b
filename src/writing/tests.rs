//! Promises that the letters keep, kind by kind and path by path.

use super::blocks::Block;
use super::*;

fn built_in() -> Templates {
    Templates::built_in().unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_path_of_every_template_renders() {
    let templates = built_in();
    let samples = samples::with_variations();
    assert!(samples.len() > 80);
    for (kind, letter, posting) in samples {
        let written =
            write(&letter, &posting, &templates).unwrap_or_else(|e| panic!("{kind}: {e}"));
        assert!(
            !written.subject.is_empty() && written.text.len() > 100,
            "{kind}"
        );
    }
}

#[test]
fn a_thread_keeps_its_subject_with_one_re() {
    let (letter, mut posting) = samples::of("receipt-skipped").expect("sample");
    for thread in ["Lunch: Ben & Ana", "Re: RE: re : Lunch: Ben & Ana"] {
        posting.thread_subject = Some(thread.to_owned());
        let written = write(&letter, &posting, &built_in()).expect("written");
        assert_eq!(written.subject, "Re: Lunch: Ben & Ana");
    }
    let (letter, mut posting) = samples::of("followup").expect("sample");
    posting.thread_subject = Some("Lunch".to_owned());
    let written = write(&letter, &posting, &built_in()).expect("written");
    assert_eq!(written.subject, "Lunch with Ana, 14 January: your notes");
}

#[test]
fn the_invitation_s_subject_names_them_first() {
    let (mut letter, posting) = samples::of("invitation").expect("sample");
    let subject = |letter: &Letter| {
        write(letter, &posting, &built_in())
            .expect("written")
            .subject
    };
    assert_eq!(
        subject(&letter),
        "One on one peer review feedback lunch: Ben & Ana"
    );
    letter.to.name = CleanLine::new("Ana Lopez");
    assert_eq!(
        subject(&letter),
        "One on one peer review feedback lunch: Ana Lopez & Ana"
    );
}

#[test]
fn prompts_stand_alone_and_never_wrap() {
    for (kind, letter, posting) in samples::with_variations() {
        let sheet = built_in().sheet(&letter, &posting).expect("sheet");
        let prompts = sheet
            .blocks
            .iter()
            .filter(|b| matches!(b, Block::Prompt(_)));
        let wanted = if kind.starts_with("followup") { 3 } else { 0 };
        assert_eq!(prompts.count(), wanted, "{kind}");
    }
}
