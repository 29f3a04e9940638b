//! wip
use postlunch::demo::script::play;

#[tokio::test]
async fn look() {
    let t = std::time::Instant::now();
    let done = play(&mut |scene| print!("{}", scene.render(false))).await;
    println!(
        "{:?} {:?}",
        t.elapsed(),
        done.as_ref().err().map(ToString::to_string)
    );
    done.unwrap();
}
