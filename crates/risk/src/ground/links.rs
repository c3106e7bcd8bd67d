//! Links: who can put messages on them, who is believed, and what follows.

use std::collections::BTreeSet;

use ward_model::device::{Carries, Element, ElementKind, Link, Medium, Owner, Secret};
use ward_model::ids::{ControlId, ElementId, ZoneId};
use ward_model::scale::{Exploitability, Position, Reach};
use ward_policy::{ACCEPT_DATA, INSTALL_CODE, Privilege, SEND_COMMAND};

use super::{Builder, Cuttable, Origin, Part};
use crate::catalogue::Sites;
use crate::context::Context;
use crate::fact::{Arrival, Fact, Nearness, SecretRef};
use crate::program::ReachRule;

pub(super) fn ground(builder: &mut Builder<'_>) {
    let device = builder.context.device();
    for link in device.links.values() {
        for part in [Part::Messages, Part::Believed, Part::ActedOn] {
            builder.part_of_link(part(link.id.clone()), link);
        }
    }
    for element in device.elements.values() {
        footholds(builder, element);
    }
    if !builder.context.catalogue.unzoned().is_empty() {
        unnamed_networks(builder);
    }
    for secret in device.secrets.keys() {
        builder.part(Part::Secret(secret.clone()));
    }
    unnamed_secrets(builder);
}

/// Putting messages on a link: from positions, from its ends, from inside the networks it ends in.
pub(super) fn messages(builder: &mut Builder<'_>, link: &Link) {
    for arrival in builder.context.arrivals(&link.id) {
        arriving(builder, link, *arrival);
    }
    if link.medium.needs_touch() {
        plugged(builder, link, (&link.to, &link.from));
        if link.from != link.to {
            plugged(builder, link, (&link.from, &link.to));
        }
    }
}

/// Being plugged into a port at one end: from where the link is exposed, and as whoever holds the other end.
fn plugged(builder: &mut Builder<'_>, link: &Link, (end, other): (&ElementId, &ElementId)) {
    let device = builder.context.device();
    let sites = builder.context.catalogue.sites();
    let into = device.elements.get(end).and_then(|element| element.zone.as_ref());
    let plugged = Fact::Plugged(link.id.clone(), end.clone());
    for position in builder.context.exposure(link) {
        let cuts = builder.cutting(&Cuttable::Message { link, at: end, into, from: Origin::Position(position) });
        builder.step(
            vec![Fact::At(position)],
            plugged.clone(),
            Exploitability::High,
            ReachRule::Exactly(reach_toward(position, link.medium, sites.goes_home(end, other))),
            "the link is exposed there",
            &cuts,
        );
    }
    builder.derive(
        vec![Fact::Gain(other.clone(), Privilege::Alter)],
        plugged,
        Exploitability::High,
        ReachRule::First(fan_out(sites, other, end)),
        "who alters an element has it plugged in where it is",
    );
}

/// Messages on a link that arrive at one end, or at either where the ends are not told apart.
fn arriving(builder: &mut Builder<'_>, link: &Link, arrival: Arrival) {
    let device = builder.context.device();
    let sites = builder.context.catalogue.sites();
    let zone_of = |end: &ElementId| device.elements.get(end).and_then(|element| element.zone.as_ref());
    let inject = |nearness| Fact::Inject(link.id.clone(), arrival, nearness);
    // Where the ends are not told apart, every control that looks at zones cuts what arrives at both or at neither.
    let at = if arrival == Arrival::From { &link.from } else { &link.to };
    let into = zone_of(at);
    let goes_home = match arrival {
        Arrival::From => sites.goes_home(&link.from, &link.to),
        Arrival::To => sites.goes_home(&link.to, &link.from),
        Arrival::Either => sites.goes_home(&link.from, &link.to) || sites.goes_home(&link.to, &link.from),
    };
    builder.derive(
        vec![inject(Nearness::Near)],
        inject(Nearness::Far),
        Exploitability::High,
        ReachRule::First(Reach::One),
        "who is near can do what is done from afar",
    );
    for position in builder.context.exposure(link) {
        let cuts = builder.cutting(&Cuttable::Message { link, at, into, from: Origin::Position(position) });
        builder.step(
            vec![Fact::At(position)],
            inject(nearness(position, link.medium)),
            Exploitability::High,
            ReachRule::Exactly(reach_toward(position, link.medium, goes_home)),
            "the link is exposed there",
            &cuts,
        );
    }
    if link.medium.routed() {
        // Isolation from outside does not keep out who already holds something inside.
        let zones = [zone_of(&link.from), zone_of(&link.to)];
        let mut inside: Vec<(Fact, Origin<'_>)> =
            zones.iter().flatten().map(|zone| (Fact::Inside((*zone).clone()), Origin::Zone(zone))).collect();
        // An end of which nobody says where it stands may stand in any network.
        inside.extend(zones.contains(&None).then_some((Fact::InsideSome, Origin::SomeZone)));
        inside.sort_by(|a, b| a.0.cmp(&b.0));
        inside.dedup_by(|a, b| a.0 == b.0);
        for (foothold, from) in inside {
            let cuts = builder.cutting(&Cuttable::Message { link, at, into, from });
            let with_patients = matches!(from, Origin::Zone(id) if device.zones.get(id).is_some_and(|zone| zone.owner == Owner::Patient));
            let reach = if goes_home && !with_patients { Reach::Fleet } else { Reach::Site };
            builder.step(
                vec![foothold],
                inject(Nearness::Near),
                Exploitability::High,
                ReachRule::First(reach),
                "the link runs through that network",
                &cuts,
            );
        }
    }
    for end in [&link.from, &link.to] {
        builder.derive(
            vec![Fact::Gain(end.clone(), Privilege::Alter)],
            inject(Nearness::Near),
            Exploitability::High,
            ReachRule::First(fan_out(sites, end, link.other_end(end))),
            "who alters an element sends anything on its links",
        );
    }
}

/// Being taken for the rightful sender.
pub(super) fn believed(builder: &mut Builder<'_>, link: &Link) {
    let sites = builder.context.catalogue.sites();
    for end in [&link.from, &link.to] {
        builder.derive(
            vec![Fact::Gain(end.clone(), Privilege::Alter)],
            Fact::Speak(link.id.clone()),
            Exploitability::High,
            ReachRule::First(fan_out(sites, end, link.other_end(end))),
            "who alters an element speaks in its name",
        );
    }
    // That a secret is accepted is a fact of the design, whoever answers for its being all that is accepted.
    let Some((secret, per_unit)) = accepted_secret(builder.context, link) else { return };
    // Every unit its own secret: only the unit whose secret is known believes the attacker.
    let reach = if per_unit { ReachRule::Least } else { ReachRule::First(Reach::One) };
    builder.derive(
        vec![
            Fact::Inject(link.id.clone(), builder.context.arriving(&link.id, &link.to), Nearness::Far),
            Fact::Know(secret),
        ],
        Fact::Speak(link.id.clone()),
        Exploitability::High,
        reach,
        "the secret is all that the receiver asks for",
    );
}

/// The secret that a receiver accepts, and whether every unit has its own. A link that authenticates has one, named or not.
pub(super) fn accepted_secret(context: &Context<'_>, link: &Link) -> Option<(SecretRef, bool)> {
    let named = link.authentication.as_ref()?.secret.as_ref().and_then(|id| context.device().secrets.get(id));
    Some(match named {
        Some(secret) => (SecretRef::Named(secret.id.clone()), context.per_unit(secret)),
        None => (SecretRef::OfLink(link.id.clone()), false),
    })
}

/// What a receiver does with what it believes.
pub(super) fn acted_on(builder: &mut Builder<'_>, link: &Link) {
    let acts = [(Carries::Command, SEND_COMMAND, Privilege::Alter), (Carries::Code, INSTALL_CODE, Privilege::Execute)];
    for (what, step, privilege) in acts {
        if builder.context.carries(link, what) {
            let cuts = builder.cutting(&Cuttable::Step { step, at: &link.to });
            let by = builder.say(|| format!("{step}: the receiver acts on what its sender says"));
            builder.step(
                vec![Fact::Speak(link.id.clone())],
                Fact::Gain(link.to.clone(), privilege),
                Exploitability::High,
                ReachRule::First(Reach::One),
                by,
                &cuts,
            );
        }
    }
    false_data(builder, link);
    quiet(builder, link);
}

/// False data on a link, from whoever is believed or from what its sender rests on, and what they make of the receiver.
fn false_data(builder: &mut Builder<'_>, link: &Link) {
    let context = builder.context;
    let passed_to = ReachRule::First(tells(context, &link.from, &link.to));
    if context.carries(link, Carries::Data) {
        let cuts = builder.cutting(&Cuttable::Step { step: ACCEPT_DATA, at: &link.to });
        let mut accept = |premise: Fact, reach: ReachRule, by: &'static str| {
            let conclusion = Fact::FalseData(link.id.clone());
            builder.step(vec![premise], conclusion, Exploitability::High, reach, by, &cuts);
        };
        let believed = "accept-data: the receiver takes for true what its sender says";
        accept(Fact::Speak(link.id.clone()), ReachRule::First(Reach::One), believed);
        let passed_on = "accept-data: the sender passes on what it was told";
        sources(context, link).into_iter().for_each(|premise| accept(premise, passed_to, passed_on));
        pass_checks(builder, link, &cuts, passed_to);
    }
    if context.carries(link, Carries::Command) {
        // Who sends it is who should, so that no check of the sender is in the way: only one of what is commanded is.
        let cuts = builder.cutting(&Cuttable::Step { step: ACCEPT_DATA, at: &link.to });
        for premise in sources(context, link) {
            builder.step(
                vec![premise],
                Fact::Misled(link.to.clone()),
                Exploitability::High,
                passed_to,
                "accept-data: the receiver obeys commands that rest on what the sender was told",
                &cuts,
            );
        }
    }
    builder.derive(
        vec![Fact::FalseData(link.id.clone())],
        Fact::Misinformed(link.to.clone()),
        Exploitability::High,
        ReachRule::First(Reach::One),
        "what came by the link is part of what it works with",
    );
}

/// What passes the checks at a receiver passes on what it was told, too: no check of the sender is in the way of that, only one of what is said.
fn pass_checks(builder: &mut Builder<'_>, link: &Link, cuts: &[ControlId], passed_to: ReachRule) {
    let context = builder.context;
    let controls = cuts.iter().filter_map(|id| context.device().controls.get(id));
    let passing: Vec<(&ControlId, BTreeSet<ElementId>)> =
        controls.map(|control| (&control.id, context.passes(control))).collect();
    let senders: BTreeSet<&ElementId> = passing.iter().flat_map(|(_, senders)| senders).collect();
    for sender in senders {
        let others = passing.iter().filter(|(_, senders)| !senders.contains(sender));
        let others: Vec<ControlId> = others.map(|(control, _)| (*control).clone()).collect();
        for told in sources(context, link) {
            // What only carries it may carry what was proven to be somebody's who was told something false.
            let premises =
                if *sender == link.from { vec![told] } else { vec![told, Fact::Misinformed(sender.clone())] };
            let by = "accept-data: what passes the check passes on what it was told";
            builder.step(premises, Fact::FalseData(link.id.clone()), Exploitability::High, passed_to, by, &others);
        }
    }
}

/// Quiet on a link, from a sender that is stopped or that has nothing left to pass on, and what it makes of the receiver. It goes the ways
/// that false data go: what a function rests on it rests on either way.
fn quiet(builder: &mut Builder<'_>, link: &Link) {
    let context = builder.context;
    let quiet = || Fact::Quiet(link.id.clone());
    if context.carries(link, Carries::Data) {
        let reach = ReachRule::First(tells(context, &link.from, &link.to));
        let mut fall_quiet = |premise: Fact, by: &'static str| {
            builder.derive(vec![premise], quiet(), Exploitability::High, reach, by);
        };
        fall_quiet(Fact::Gain(link.from.clone(), Privilege::Stop), "who is stopped says nothing any more");
        let untold = match context.device().links.get(&link.id).and_then(|link| context.feeding_link(link)) {
            None => vec![Fact::Uninformed(link.from.clone())],
            Some(feeding) => feeding.iter().map(|other| Fact::Quiet(other.clone())).collect(),
        };
        let told_nothing = "the sender passes on what it is told, and is told nothing";
        untold.into_iter().for_each(|premise| fall_quiet(premise, told_nothing));
    }
    if context.catalogue.may_be_silenced(&link.id) {
        unnoticed(builder, link);
        builder.derive(
            vec![Fact::Silenced(link.id.clone())],
            quiet(),
            Exploitability::High,
            ReachRule::First(Reach::One),
            "what arrives is not there",
        );
    }
    builder.derive(
        vec![quiet()],
        Fact::Uninformed(link.to.clone()),
        Exploitability::High,
        ReachRule::First(Reach::One),
        "what came by the link is part of what it is told",
    );
}

/// Who does not notice that nothing comes goes on as ever, so that those whom he tells notice nothing either, however well his own link
/// is watched.
fn unnoticed(builder: &mut Builder<'_>, link: &Link) {
    let context = builder.context;
    let silenced = || Fact::Silenced(link.id.clone());
    builder.derive(
        vec![silenced()],
        Fact::Unaware(link.to.clone()),
        Exploitability::High,
        ReachRule::First(Reach::One),
        "what came by the link is part of what it is told",
    );
    if !context.carries(link, Carries::Data) {
        return;
    }
    let unaware = match context.device().links.get(&link.id).and_then(|link| context.feeding_link(link)) {
        None => vec![Fact::Unaware(link.from.clone())],
        Some(feeding) => {
            let feeding = feeding.iter().filter(|other| context.catalogue.may_be_silenced(other));
            feeding.map(|other| Fact::Silenced(other.clone())).collect()
        }
    };
    let reach = ReachRule::First(tells(context, &link.from, &link.to));
    for premise in unaware {
        let by = "the sender does not notice that it is told nothing, and seems to go on";
        builder.derive(vec![premise], silenced(), Exploitability::High, reach, by);
    }
}

/// How many instances of an element one of another has to do with: one, where there are known to be as many of the other.
fn tells(context: &Context<'_>, one: &ElementId, other: &ElementId) -> Reach {
    let elements = &context.device().elements;
    tells_other(context, (one, elements.get(one)), (other, elements.get(other)))
}

/// The same of elements that have been looked up.
fn tells_other(
    context: &Context<'_>,
    (one, from): (&ElementId, Option<&Element>),
    (other, to): (&ElementId, Option<&Element>),
) -> Reach {
    let many = |element: Option<&Element>| element.and_then(|element| element.instances_per_site);
    match (many(from), many(to)) {
        _ if context.catalogue.sites().spans(one, other) => Reach::Fleet,
        (Some(senders), Some(receivers)) if senders >= receivers => Reach::One,
        _ => Reach::Site,
    }
}

/// The facts by which what the rightful sender says on a link is false. What it is commanded is no data: `fed_by` does not speak of it.
fn sources(context: &Context<'_>, link: &Link) -> Vec<Fact> {
    match context.device().links.get(&link.id).and_then(|link| context.feeding_link(link)) {
        None => vec![Fact::Misinformed(link.from.clone())],
        Some(feeding) => {
            let data = feeding.iter().map(|other| Fact::FalseData(other.clone()));
            data.chain([Fact::Misled(link.from.clone())]).collect()
        }
    }
}

/// Holding an element is being inside its network.
fn footholds(builder: &mut Builder<'_>, element: &Element) {
    let device = builder.context.device();
    let sites = builder.context.catalogue.sites();
    let linked = |link| device.links.get(link).is_some_and(|link: &Link| link.medium.routed());
    if element.kind.is_networked() || builder.context.links_of(&element.id).iter().any(linked) {
        builder.derive(
            vec![Fact::Gain(element.id.clone(), Privilege::Alter)],
            element.zone.clone().map_or(Fact::InsideUnnamed, Fact::Inside),
            Exploitability::High,
            ReachRule::First(fan_out(sites, &element.id, &element.id)),
            "the element is on that network",
        );
    }
}

/// What is not known of networks: an element without a zone may stand in any of them.
fn unnamed_networks(builder: &mut Builder<'_>) {
    let inside = |zone: &ZoneId| Fact::Inside(zone.clone());
    let unnamed = "nobody says in which network it stands, so it may stand in this one";
    let mut onward: Vec<(Fact, Fact)> = vec![(Fact::InsideUnnamed, Fact::InsideSome)];
    for zone in builder.context.device().zones.keys() {
        onward.extend([(Fact::InsideUnnamed, inside(zone)), (inside(zone), Fact::InsideSome)]);
    }
    for (premise, conclusion) in onward {
        builder.derive(vec![premise], conclusion, Exploitability::High, ReachRule::First(Reach::One), unnamed);
    }
}

/// Who comes to know a secret.
pub(super) fn secret(builder: &mut Builder<'_>, secret: &Secret) {
    let device = builder.context.device();
    let know = Fact::Know(SecretRef::Named(secret.id.clone()));
    let holders = builder.context.sending_holders(secret);
    let signers = builder.context.signers(secret);
    // Looked up once: a key that a ward shares has many holders.
    let all: BTreeSet<&ElementId> = holders.iter().chain(&secret.held_by).collect();
    let all: Vec<(&ElementId, Option<&Element>)> = all.into_iter().map(|id| (id, device.elements.get(id))).collect();
    for holder in &holders {
        // Who holds a copy for each of many units gives all of them away at once.
        let own = all.binary_search_by_key(&holder, |(id, _)| id).ok();
        let from = (holder, own.and_then(|own| all[own].1));
        let others = all.iter().enumerate().filter(|(place, _)| Some(*place) != own);
        let reach = others.map(|(_, other)| tells_other(builder.context, from, *other)).max().unwrap_or(Reach::One);
        builder.derive(
            vec![Fact::Gain(holder.clone(), Privilege::Read)],
            know.clone(),
            Exploitability::High,
            ReachRule::First(reach),
            "who reads an element reads its secrets",
        );
        if signers.contains(holder) {
            builder.derive(
                vec![Fact::Gain(holder.clone(), Privilege::Alter)],
                know.clone(),
                Exploitability::High,
                ReachRule::First(reach),
                "who alters what signs has anything signed",
            );
        }
    }
    // What only may hold it, because nobody is named who does, is no more than that.
    let named = builder.context.named_signers(secret);
    let supposed = |holder: &ElementId| signers.contains(holder) && named.is_empty();
    let surely = holders.iter().filter(|holder| !supposed(holder) || builder.context.holders(secret).contains(*holder));
    let obtainable = surely.into_iter().any(|holder| device.elements.get(holder).is_none_or(obtainable));
    let nobody_named = holders.is_empty() && !builder.context.public(secret);
    if !builder.context.per_unit(secret) && (obtainable || nobody_named) {
        from_specimen(builder, know);
    }
}

/// Who comes to know the secrets of links that nobody has named.
fn unnamed_secrets(builder: &mut Builder<'_>) {
    let device = builder.context.device();
    for link in device.links.values() {
        let Some((secret @ SecretRef::OfLink(_), _)) = accepted_secret(builder.context, link) else { continue };
        for end in [&link.from, &link.to] {
            builder.derive(
                vec![Fact::Gain(end.clone(), Privilege::Read)],
                Fact::Know(secret.clone()),
                Exploitability::High,
                ReachRule::First(Reach::One),
                "a link that authenticates has a secret at both ends",
            );
        }
        if [&link.from, &link.to].into_iter().any(|end| device.elements.get(end).is_none_or(obtainable)) {
            from_specimen(builder, Fact::Know(secret));
        }
    }
}

fn from_specimen(builder: &mut Builder<'_>, know: Fact) {
    builder.derive(
        vec![Fact::At(Position::Specimen)],
        know,
        Exploitability::High,
        ReachRule::Exactly(Reach::Fleet),
        "read from a unit that the attacker owns: the secret is not known to differ from unit to unit",
    );
}

/// Whether one like it can be bought, found or stolen.
pub(crate) fn obtainable(element: &Element) -> bool {
    !matches!(element.kind, ElementKind::CloudService | ElementKind::UpdateServer | ElementKind::Network)
}

/// How far whoever holds one instance of an element reaches toward another: all that the site has, or many sites.
fn fan_out(sites: &Sites, one: &ElementId, other: &ElementId) -> Reach {
    if sites.spans(one, other) { Reach::Fleet } else { Reach::Site }
}

/// How many instances one attacker reaches at once from a position over a medium. Who stands where many patients come and go reaches
/// what has gone home with them, too.
fn reach_toward(position: Position, medium: Medium, goes_home: bool) -> Reach {
    match position {
        Position::HospitalNetwork | Position::Insider if goes_home => Reach::Fleet,
        _ => reach(position, medium),
    }
}

fn nearness(position: Position, medium: Medium) -> Nearness {
    match position {
        Position::Internet | Position::SupplyChain => Nearness::Far,
        Position::Deception if medium.routed() => Nearness::Far,
        _ => Nearness::Near,
    }
}

/// How many instances one attacker reaches at once from a position over a medium.
pub(super) fn reach(position: Position, medium: Medium) -> Reach {
    match position {
        Position::Internet | Position::SupplyChain | Position::Deception | Position::Specimen => Reach::Fleet,
        Position::HospitalNetwork | Position::HomeNetwork | Position::Radio | Position::Insider => Reach::Site,
        // A network socket leads to everything on that network, a port on one device to that device.
        Position::Physical if medium.routed() => Reach::Site,
        Position::Physical => Reach::One,
    }
}
