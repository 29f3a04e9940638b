//! iCalendar text (RFC 5545) as iTIP messages (RFC 5546): writing requests and cancellations,
//! reading replies and counter-proposals. No I/O.

pub mod lines;
pub mod read;
mod tzid;
pub mod write;
mod zone;
