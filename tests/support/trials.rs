//! Trials that both kinds of theatre have to stand: killed daemons, strangers, machines, bounces.
