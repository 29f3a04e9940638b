//! A drawing: lines and dots, from which both SVG and PNG are made, so that the two cannot drift.
//!
//! Plain arithmetic only (no sine, no exponent), so that the same drawing has the same octets on
//! every machine.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write;
use thiserror::Error;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, PremultipliedColorU8, Stroke,
    Transform,
};

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// `#b5602c`
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// A point, in pixels of the page, down and to the right from its upper left corner.
pub type Point = (f64, f64);

/// What stands on a drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// The points.
        points: Vec<Point>,
        /// Its colour.
        colour: Colour,
        /// Its width in pixels.
        width: f64,
        /// 0 to 1.
        opacity: f64,
        /// Whether its ends are round.
        round: bool,
    },
    /// A bow from one point to another, bent towards a third.
    Bow {
        /// From, bent towards, to.
        points: [Point; 3],
        /// Its colour.
        colour: Colour,
        /// Its width in pixels.
        width: f64,
        /// 0 to 1.
        opacity: f64,
    },
    /// A dot.
    Dot {
        /// Its middle.
        at: Point,
        /// Its radius in pixels.
        radius: f64,
        /// Its colour.
        colour: Colour,
        /// Width of its rim if it is hollow.
        hollow: Option<f64>,
    },
    /// A word; only SVG can show it.
    Word {
        /// The left end of its base line; its middle if `centred`.
        at: Point,
        /// Height of its letters in pixels.
        size: f64,
        /// Its colour.
        colour: Colour,
        /// What it says.
        text: String,
        /// Whether `at` is its middle.
        centred: bool,
    },
}

/// A page with marks on it, the last one on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What it is drawn on; `None` for nothing, so that it stands on any page, light or dark.
    pub paper: Option<Colour>,
    /// What is shown, for those who cannot see it.
    pub title: String,
    /// The marks.
    pub marks: Vec<Mark>,
}

/// Why no picture could be made.
#[derive(Debug, Error)]
pub enum PictureError {
    /// It has no size, or one beyond all reason.
    #[error("a picture of {0} by {1} pixels cannot be made")]
    Size(u32, u32),
    /// The encoder failed.
    #[error("the picture could not be encoded: {0}")]
    Encoding(#[from] png::EncodingError),
}

/// Longest side of a PNG, in pixels.
const SIDE_MAX: u32 = 8192;

impl Drawing {
    /// As SVG 1.1, without a script, a style sheet or anything from elsewhere.
    pub fn svg(&self) -> String {
        let (w, h) = (self.width, self.height);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" \
             viewBox=\"0 0 {w} {h}\" role=\"img\" font-family=\"sans-serif\" \
             stroke-linejoin=\"round\" fill=\"none\">\n<title>{}</title>\n",
            escaped(&self.title)
        );
        if let Some(paper) = self.paper {
            put(
                &mut svg,
                format_args!(
                    "<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>\n",
                    paper.hex()
                ),
            );
        }
        for mark in &self.marks {
            mark_as_svg(&mut svg, mark);
        }
        svg.push_str("</svg>\n");
        svg
    }

    /// As PNG, each pixel of the page drawn as `scale` by `scale` of them. Words are left out.
    ///
    /// # Errors
    /// If it has no size, or too great a one.
    pub fn png(&self, scale: u32) -> Result<Vec<u8>, PictureError> {
        let (width, height) = (
            self.width.saturating_mul(scale),
            self.height.saturating_mul(scale),
        );
        let refuse = PictureError::Size(width, height);
        if width > SIDE_MAX || height > SIDE_MAX {
            return Err(refuse);
        }
        let Some(mut page) = Pixmap::new(width, height) else {
            return Err(refuse);
        };
        if let Some(Colour(r, g, b)) = self.paper {
            page.fill(Color::from_rgba8(r, g, b, 255));
        }
        for mark in &self.marks {
            mark_on(&mut page, mark, scale as f32);
        }
        encoded(&page)
    }
}

fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    // a String takes everything
    let _ = svg.write_fmt(text);
}

fn mark_as_svg(svg: &mut String, mark: &Mark) {
    match mark {
        Mark::Line {
            points,
            colour,
            width,
            opacity,
            round,
        } => {
            let path: Vec<String> = points
                .iter()
                .map(|(x, y)| format!("{x:.1},{y:.1}"))
                .collect();
            let cap = if *round {
                " stroke-linecap=\"round\""
            } else {
                ""
            };
            put(
                svg,
                format_args!(
                    "<polyline points=\"{}\" stroke=\"{}\" stroke-width=\"{width:.2}\" \
                     stroke-opacity=\"{opacity:.2}\"{cap}/>\n",
                    path.join(" "),
                    colour.hex()
                ),
            );
        }
        Mark::Bow {
            points: [from, bend, to],
            colour,
            width,
            opacity,
        } => put(
            svg,
            format_args!(
                "<path d=\"M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}\" stroke=\"{}\" \
                 stroke-width=\"{width:.2}\" stroke-opacity=\"{opacity:.2}\" \
                 stroke-linecap=\"round\"/>\n",
                from.0,
                from.1,
                bend.0,
                bend.1,
                to.0,
                to.1,
                colour.hex()
            ),
        ),
        Mark::Dot {
            at: (x, y),
            radius,
            colour,
            hollow,
        } => {
            let look = match hollow {
                Some(rim) => format!("stroke=\"{}\" stroke-width=\"{rim:.2}\"", colour.hex()),
                None => format!("fill=\"{}\"", colour.hex()),
            };
            put(
                svg,
                format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.2}\" {look}/>\n"),
            );
        }
        Mark::Word {
            at: (x, y),
            size,
            colour,
            text,
            centred,
        } => {
            let anchor = if *centred {
                " text-anchor=\"middle\""
            } else {
                ""
            };
            put(
                svg,
                format_args!(
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size:.0}\" fill=\"{}\"{anchor}>{}</text>\n",
                    colour.hex(),
                    escaped(text)
                ),
            );
        }
    }
}

/// Text as XML takes it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn mark_on(page: &mut Pixmap, mark: &Mark, scale: f32) {
    let zoom = Transform::from_scale(scale, scale);
    let mut paint = Paint {
        anti_alias: true,
        ..Paint::default()
    };
    let mut ink = |Colour(r, g, b): Colour, opacity: f64| {
        let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
        paint.set_color_rgba8(r, g, b, alpha);
        paint.clone()
    };
    let pen = |width: f64, round: bool| Stroke {
        width: width as f32,
        line_cap: if round { LineCap::Round } else { LineCap::Butt },
        line_join: LineJoin::Round,
        ..Stroke::default()
    };
    match mark {
        Mark::Line {
            points,
            colour,
            width,
            opacity,
            round,
        } => {
            let mut path = PathBuilder::new();
            for (at, (x, y)) in points.iter().enumerate() {
                if at == 0 {
                    path.move_to(*x as f32, *y as f32);
                } else {
                    path.line_to(*x as f32, *y as f32);
                }
            }
            if let Some(path) = path.finish() {
                let ink = ink(*colour, *opacity);
                page.stroke_path(&path, &ink, &pen(*width, *round), zoom, None);
            }
        }
        Mark::Bow {
            points: [from, bend, to],
            colour,
            width,
            opacity,
        } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0 as f32, from.1 as f32);
            path.quad_to(bend.0 as f32, bend.1 as f32, to.0 as f32, to.1 as f32);
            if let Some(path) = path.finish() {
                let ink = ink(*colour, *opacity);
                page.stroke_path(&path, &ink, &pen(*width, true), zoom, None);
            }
        }
        Mark::Dot {
            at: (x, y),
            radius,
            colour,
            hollow,
        } => {
            let circle = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32);
            if let Some(circle) = circle {
                let ink = ink(*colour, 1.0);
                match hollow {
                    Some(rim) => page.stroke_path(&circle, &ink, &pen(*rim, true), zoom, None),
                    None => page.fill_path(&circle, &ink, FillRule::Winding, zoom, None),
                }
            }
        }
        Mark::Word { .. } => {}
    }
}

/// The page as a PNG (ISO 15948), without a date or any other note of where it was made. Few lines on
/// no paper have few colours: with a palette they are packed in no time, and smaller.
fn encoded(page: &Pixmap) -> Result<Vec<u8>, PictureError> {
    let plain = |pixel: &PremultipliedColorU8| {
        let pixel = pixel.demultiply();
        [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
    };
    let of_palette = Palette::of(page, plain).or_else(|| Palette::of(page, |p| rounded(plain(p))));
    let mut octets = Vec::new();
    let mut encoder = png::Encoder::new(&mut octets, page.width(), page.height());
    encoder.set_depth(png::BitDepth::Eight);
    let pixels = match of_palette {
        Some(Palette { colours, pixels }) => {
            let opaque = colours.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]);
            let opacity = colours.iter().map(|[.., a]| *a);
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(opaque.collect::<Vec<u8>>());
            encoder.set_trns(opacity.collect::<Vec<u8>>());
            encoder.set_compression(png::Compression::Fast);
            encoder.set_filter(png::Filter::Paeth);
            pixels
        }
        None => {
            encoder.set_color(png::ColorType::Rgba);
            encoder.set_compression(png::Compression::Balanced);
            encoder.set_filter(png::Filter::NoFilter);
            page.pixels().iter().flat_map(plain).collect()
        }
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(octets)
}

/// The edge of a line in coarser steps, which nobody sees; whole colours stay as they are.
fn rounded(colour: [u8; 4]) -> [u8; 4] {
    match colour {
        [.., 0 | 255] => colour,
        partly => partly.map(|part| (part & 0xf8) | 4),
    }
}

/// A page as colours and, for each pixel, which of them.
struct Palette {
    colours: Vec<[u8; 4]>,
    pixels: Vec<u8>,
}

impl Palette {
    /// `None` where there are more than a palette holds.
    fn of(page: &Pixmap, plain: impl Fn(&PremultipliedColorU8) -> [u8; 4]) -> Option<Self> {
        let mut colours = Vec::new();
        let mut places = HashMap::new();
        let mut pixels = Vec::with_capacity(page.pixels().len());
        let mut before = None;
        for pixel in page.pixels() {
            let place = match before {
                Some((same, place)) if same == *pixel => place,
                _ => match places.entry(plain(pixel)) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(fresh) => {
                        let place = u8::try_from(colours.len()).ok()?;
                        colours.push(*fresh.key());
                        *fresh.insert(place)
                    }
                },
            };
            before = Some((*pixel, place));
            pixels.push(place);
        }
        Some(Self { colours, pixels })
    }
}
