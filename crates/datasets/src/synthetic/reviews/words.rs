//! The words of reviews.

/// Words that say the same, the most frequent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concept {
    /// Whether they are good words.
    pub positive: bool,
    /// The words; none of them is in another concept.
    pub words: &'static [&'static str],
}

const fn good(words: &'static [&'static str]) -> Concept {
    Concept { positive: true, words }
}

const fn bad(words: &'static [&'static str]) -> Concept {
    Concept { positive: false, words }
}

/// What is said of aspects: ten concepts that are good and ten that are bad, of seven words each.
pub const CONCEPTS: [Concept; 20] = [
    good(&["good", "fine", "nice", "decent", "pleasing", "commendable", "worthy"]),
    good(&["great", "excellent", "superb", "outstanding", "exceptional", "magnificent", "sublime"]),
    good(&["beautiful", "lovely", "pretty", "gorgeous", "handsome", "exquisite", "ravishing"]),
    good(&["entertaining", "enjoyable", "fun", "amusing", "diverting", "engaging", "riveting"]),
    good(&["clever", "smart", "inventive", "ingenious", "witty", "astute", "brilliant"]),
    good(&["friendly", "kind", "warm", "welcoming", "gracious", "cordial", "amiable"]),
    good(&["reliable", "solid", "dependable", "sturdy", "robust", "trustworthy", "steadfast"]),
    good(&["comfortable", "cosy", "relaxing", "pleasant", "soothing", "restful", "snug"]),
    good(&["fresh", "crisp", "vibrant", "lively", "vivid", "sparkling", "invigorating"]),
    good(&["generous", "ample", "plentiful", "lavish", "bountiful", "abundant", "copious"]),
    bad(&["bad", "poor", "awful", "lousy", "dismal", "wretched", "abysmal"]),
    bad(&["terrible", "horrible", "dreadful", "atrocious", "appalling", "ghastly", "hideous"]),
    bad(&["boring", "dull", "tedious", "monotonous", "dreary", "tiresome", "insipid"]),
    bad(&["stupid", "silly", "foolish", "senseless", "inane", "witless", "asinine"]),
    bad(&["rude", "unfriendly", "cold", "hostile", "surly", "discourteous", "insolent"]),
    bad(&["broken", "faulty", "defective", "flawed", "unreliable", "shoddy", "flimsy"]),
    bad(&["uncomfortable", "cramped", "painful", "awkward", "stifling", "oppressive", "harsh"]),
    bad(&["dirty", "filthy", "stained", "grimy", "squalid", "foul", "unclean"]),
    bad(&["slow", "sluggish", "late", "delayed", "plodding", "dilatory", "laggard"]),
    bad(&["stingy", "meagre", "scanty", "sparse", "paltry", "measly", "skimpy"]),
];

/// What a review is about, with its aspects: words that say the same, the most frequent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: &'static str,
    /// Its aspects; no word is in another one, of any topic.
    pub aspects: &'static [&'static [&'static str]],
}

/// The topics, all equally likely.
pub const TOPICS: [Topic; 4] = [
    Topic {
        name: "film",
        aspects: &[
            &["film", "movie", "picture"],
            &["plot", "story", "narrative"],
            &["acting", "performance"],
            &["ending", "finale", "conclusion"],
            &["dialogue", "script", "screenplay"],
            &["soundtrack", "music", "score"],
        ],
    },
    Topic {
        name: "hotel",
        aspects: &[
            &["room", "suite", "chamber"],
            &["bed", "mattress"],
            &["lobby", "reception", "foyer"],
            &["staff", "personnel", "crew"],
            &["bathroom", "washroom"],
            &["view", "panorama", "vista"],
        ],
    },
    Topic {
        name: "restaurant",
        aspects: &[
            &["food", "meal", "cuisine"],
            &["waiter", "server"],
            &["menu", "selection"],
            &["wine", "beverage"],
            &["dessert", "pudding"],
            &["kitchen", "cookery"],
        ],
    },
    Topic {
        name: "phone",
        aspects: &[
            &["phone", "device", "handset"],
            &["screen", "display"],
            &["battery", "accumulator"],
            &["camera", "lens"],
            &["keyboard", "keypad"],
            &["speaker", "loudspeaker"],
        ],
    },
];

/// Modifiers of any word.
pub const MODIFIERS: [&str; 6] = ["very", "really", "quite", "rather", "so", "truly"];
/// Modifiers that only good words have, and those that only bad ones have.
pub const MODIFIERS_OF_GOOD: [&str; 3] = ["wonderfully", "delightfully", "splendidly"];
/// See [`MODIFIERS_OF_GOOD`].
pub const MODIFIERS_OF_BAD: [&str; 3] = ["painfully", "hopelessly", "depressingly"];

/// Who and when, in sentences without an opinion.
pub const PEOPLE: [&str; 8] = ["brother", "sister", "mother", "father", "aunt", "uncle", "cousin", "neighbour"];
/// See [`PEOPLE`].
pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
