//! Promises that the letters keep, kind by kind and path by path.

use super::blocks::Block;
use super::*;

fn built_in() -> Templates {
    Templates::built_in().unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn all_cores_may_share_the_templates() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&built_in());
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

fn refused(name: &str, text: &str) -> String {
    match Templates::with_overrides(&[(name.to_owned(), text.to_owned())]) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{name} was taken:\n{text}"),
    }
}

fn original(name: &str) -> String {
    Templates::source(name).expect("built in").to_owned()
}

#[test]
fn an_own_letter_takes_the_built_in_one_s_place() {
    let name = "en/followup.txt";
    let own = original(name).replace("How was it?", "So?");
    let templates = Templates::with_overrides(&[(name.to_owned(), own)]).expect("taken");
    let (letter, posting) = samples::of("followup").expect("sample");
    let written = write(&letter, &posting, &templates).expect("written");
    assert!(written.text.contains("So? Reply") && written.html.contains("So? Reply"));
}

#[test]
fn every_built_in_letter_would_be_taken_as_an_override() {
    let files: Vec<(String, String)> = Templates::names()
        .map(|name| (name.to_owned(), original(name)))
        .collect();
    Templates::with_overrides(&files).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn an_override_without_a_prompt_is_refused_with_the_remedy() {
    let name = "en/followup.txt";
    let gone: String = original(name)
        .lines()
        .filter(|l| !l.starts_with("? 2."))
        .map(|l| format!("{l}\n"))
        .collect();
    let told = refused(name, &gone);
    assert!(told.contains("en/followup.txt, line "), "{told}");
    assert!(
        told.contains("prompts") && told.contains("Add a line"),
        "{told}"
    );
    let colon = original(name).replace("best moment since you last met", "best moment:");
    assert!(refused(name, &colon).contains("prompts"));
    let long = original(name).replace("worst moment so far", &"worst moment so far ".repeat(5));
    assert!(refused(name, &long).contains("64 characters"));
}

#[test]
fn an_override_without_a_way_out_is_refused() {
    for (name, word) in [
        ("en/invitation.txt", "no thanks"),
        ("en/invitation.txt", "stop"),
        ("en/followup.txt", "end"),
        ("en/summary.txt", "no summaries"),
        ("en/receipt-ended.txt", "stop"),
    ] {
        let text = match word {
            "no thanks" => original(name)
                .replace("No thanks", "...")
                .replace(word, "..."),
            other => original(name).replace(&format!("\"{other}\""), "..."),
        };
        let told = refused(name, &text);
        assert!(told.contains(&format!("\"{word}\" is missing")), "{told}");
    }
}

#[test]
fn a_broken_override_shows_its_place() {
    let text = "subject: x\n\nHi {{ you }},\n\n{{ nobody }} wrote.\n";
    assert_eq!(
        refused("en/notice-ended.txt", text),
        "en/notice-ended.txt, line 5: undefined value: `nobody` is undefined\n  \
         {{ nobody }} wrote.\n     ^^^^^^\n  \
         templates/README.md lists the blocks and the values; `preview` shows the result."
    );
    let told = refused(
        "en/notice-ended.txt",
        "subject: x\n\n{% if you %}\nnever closed\n",
    );
    assert!(told.contains("line ") && told.contains('^'), "{told}");
}

#[test]
fn unknown_files_links_and_half_a_layout_are_refused() {
    let told = refused("en/invitaton.txt", "x");
    assert!(
        told.contains("The nearest one is 'en/invitation.txt'"),
        "{told}"
    );
    let linked = original("en/summary.txt") + "\nSee https://example.com\n";
    assert!(refused("en/summary.txt", &linked).contains("take the link out"));
    let half = original("layout.html").replace("for b in blocks", "for b in small_print");
    assert!(refused("layout.html", &half).contains("does not show the whole letter"));
    assert!(refused("en/footer.txt", "Bye\n").contains("reference"));
    assert!(refused("en/receipt-reopened.txt", "Hi\n\n\"stop\" {{ you }}").contains("no subject"));
}

#[test]
fn an_address_beyond_ascii_is_refused_and_not_shown() {
    let (mut letter, posting) = samples::of("invitation").expect("sample");
    letter.to.address = Address::parse("bén@example.com").expect("address");
    let error = write(&letter, &posting, &built_in()).expect_err("refused");
    assert!(error.to_string().contains("To field") && !error.to_string().contains("bén"));
    letter.to.address = Address::parse("ben@bücher.example").expect("address");
    let written = write(&letter, &posting, &built_in()).expect("written");
    let raw = String::from_utf8(written.bytes).expect("ASCII");
    assert!(raw.contains("To: Ben <ben@xn--bcher-kva.example>\r\n"));
}

#[test]
fn a_date_out_of_range_is_an_error_and_not_a_panic() {
    let (letter, mut posting) = samples::of("invitation").expect("sample");
    for date in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        posting.date = date;
        assert!(matches!(
            write(&letter, &posting, &built_in()),
            Err(WritingError::Date)
        ));
    }
}

#[test]
fn references_keep_the_thread_s_first_and_newest() {
    let (letter, mut posting) = samples::of("receipt-skipped").expect("sample");
    let id = |n: usize| MessageId::parse(&format!("{n}.letter@example.com")).expect("id");
    posting.references = (0..50).map(id).collect();
    let written = write(&letter, &posting, &built_in()).expect("written");
    let raw = String::from_utf8(written.bytes)
        .expect("ASCII")
        .replace("\r\n ", " ");
    let line = raw
        .lines()
        .find_map(|l| l.strip_prefix("References: "))
        .expect("a line");
    let kept: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(kept.len(), 20);
    assert_eq!(
        (kept[0], kept[1], kept[19]),
        (
            "<0.letter@example.com>",
            "<31.letter@example.com>",
            "<49.letter@example.com>"
        )
    );
}

#[test]
fn an_error_never_shows_what_somebody_wrote() {
    // an override may well work with the samples and stumble over real words
    let text =
        original("en/notice-relayed.txt").replace("{{ words }}", "{{ words * 2 }}{{ words|int }}");
    let told = refused("en/notice-relayed.txt", &text);
    assert!(!told.contains("Dan is fair"), "{told}");
    let fussy = original("en/notice-relayed.txt").replace(
        "{{ words }}",
        "{{ words }}{% if words == 'secret' %}{{ words|int }}{% endif %}",
    );
    let files = [("en/notice-relayed.txt".to_owned(), fussy)];
    let templates = Templates::with_overrides(&files).expect("works with the sample");
    let (mut letter, posting) = samples::of("notice-relayed").expect("sample");
    let words = crate::lunch::notes::Words::new("secret".to_owned());
    letter.body =
        crate::lunch::letter::Body::Notice(crate::lunch::letter::Notice::Relayed { words });
    let error = write(&letter, &posting, &templates).expect_err("no number");
    let told = format!("{error} {error:?}").replace("== 'secret'", "");
    assert!(
        told.contains("notice-relayed.txt, line ") && !told.contains("secret"),
        "{told}"
    );
}
