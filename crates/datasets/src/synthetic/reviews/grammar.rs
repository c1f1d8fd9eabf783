//! Sentences.

use super::words::{CONCEPTS, Concept, DAYS, MODIFIERS, MODIFIERS_OF_BAD, MODIFIERS_OF_GOOD, PEOPLE, TOPICS, Topic};
use super::{Form, Opinion, Review};
use latent_numeric::random::Stream;

/// How likely an opinion is negated, and how likely it comes with a concession; else it is plain.
const NEGATED: f64 = 0.15;
/// See [`NEGATED`].
const CONCEDED: f64 = 0.15;
/// How likely a word has a modifier, and how likely that is one of its sign alone.
const MODIFIED: f64 = 0.4;
/// See [`MODIFIED`].
const OF_ITS_SIGN: f64 = 0.3;

// `{a}` is an aspect and `{b}` another, `{w}` a word about `{a}`, `{v}` one about `{b}`.
const PLAIN: [&str; 4] =
    ["the {a} was {w}.", "I found the {a} {w}.", "we thought that the {a} was {w}.", "what I remember is the {w} {a}."];
const NEGATIONS: [&str; 4] = [
    "the {a} was not {w}.",
    "I would not call the {a} {w}.",
    "we never found the {a} {w}.",
    "the {a} was by no means {w}.",
];
const CONCESSIONS: [&str; 3] = [
    "although the {b} was {v}, the {a} was {w}.",
    "the {b} was {v}, but the {a} was {w}.",
    "the {a} was {w} in spite of the {v} {b}.",
];
const NEUTRAL: [&str; 4] = [
    "we talked about the {a} on {day}.",
    "my {person} asked about the {a}.",
    "they showed us the {a} on {day}.",
    "the {a} was what my {person} came for.",
];

/// A review from a stream.
pub fn review(stream: &mut Stream) -> Review {
    let positive = stream.bernoulli(0.5);
    let topic = TOPICS[stream.below(TOPICS.len())];
    let opinions: Vec<(String, Opinion)> = (0..=stream.below(3)).map(|_| opinion(&topic, positive, stream)).collect();
    let neutral: Vec<String> = (0..stream.below(3)).map(|_| without_opinion(&topic, stream)).collect();
    let (sentences, opinions): (Vec<String>, Vec<Opinion>) = opinions.into_iter().unzip();
    let sentences: Vec<String> = sentences.into_iter().chain(neutral).map(|text| capitalised(&text)).collect();
    let order = stream.permutation(sentences.len());
    let text = order.iter().map(|&index| sentences[index].as_str()).collect::<Vec<_>>().join(" ");
    Review { text, positive, topic: topic.name, opinions }
}

fn opinion(topic: &Topic, positive: bool, stream: &mut Stream) -> (String, Opinion) {
    let which: f64 = stream.uniform();
    let form = match which {
        _ if which < NEGATED => Form::Negated,
        _ if which < NEGATED + CONCEDED => Form::Conceded,
        _ => Form::Plain,
    };
    let [a, b] = two_aspects(topic, stream);
    let concept = concept(positive == (form != Form::Negated), stream);
    let word = frequent_first(concept.words, stream);
    let told = modified(&concept, word, stream);
    let templates: &[&str] = match form {
        Form::Plain => &PLAIN,
        Form::Negated => &NEGATIONS,
        Form::Conceded => &CONCESSIONS,
    };
    let text = templates[stream.below(templates.len())].replace("{a}", a).replace("{w}", &told);
    if form != Form::Conceded {
        return (text, Opinion { form, word, conceded: None });
    }
    let concept = self::concept(!positive, stream);
    let conceded = frequent_first(concept.words, stream);
    let text = text.replace("{b}", b).replace("{v}", &modified(&concept, conceded, stream));
    (text, Opinion { form, word, conceded: Some(conceded) })
}

fn without_opinion(topic: &Topic, stream: &mut Stream) -> String {
    let [aspect, _] = two_aspects(topic, stream);
    let template = NEUTRAL[stream.below(NEUTRAL.len())].replace("{a}", aspect);
    let text = template.replace("{day}", DAYS[stream.below(DAYS.len())]);
    text.replace("{person}", PEOPLE[stream.below(PEOPLE.len())])
}

fn two_aspects(topic: &Topic, stream: &mut Stream) -> [&'static str; 2] {
    let order = stream.permutation(topic.aspects.len());
    [order[0], order[1]].map(|aspect| frequent_first(topic.aspects[aspect], stream))
}

fn concept(positive: bool, stream: &mut Stream) -> Concept {
    let of_sign = CONCEPTS.iter().filter(|concept| concept.positive == positive);
    let count = of_sign.clone().count();
    *of_sign.clone().nth(stream.below(count)).expect("there are concepts of both signs")
}

/// Word `k` of a concept, counted from 1, in proportion to `1 / k`.
fn frequent_first(words: &[&'static str], stream: &mut Stream) -> &'static str {
    let weight = |k: usize| 1.0 / (k + 1) as f64;
    let mut left = stream.uniform::<f64>() * (0..words.len()).map(weight).sum::<f64>();
    for (k, word) in words.iter().enumerate() {
        left -= weight(k);
        if left < 0.0 {
            return word;
        }
    }
    words[words.len() - 1]
}

fn modified(concept: &Concept, word: &str, stream: &mut Stream) -> String {
    if !stream.bernoulli(MODIFIED) {
        return word.to_owned();
    }
    let of_its_sign = if concept.positive { &MODIFIERS_OF_GOOD } else { &MODIFIERS_OF_BAD };
    let modifier = if stream.bernoulli(OF_ITS_SIGN) {
        of_its_sign[stream.below(of_its_sign.len())]
    } else {
        MODIFIERS[stream.below(MODIFIERS.len())]
    };
    format!("{modifier} {word}")
}

fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
