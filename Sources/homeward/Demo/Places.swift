import Brokerage

/// A Warwickshire-like county: its real postcode districts in zones; every provider is invented.
enum Places {
    struct Place {
        let zone: String
        let name: String
        let districts: [String]
        /// Share of the county's work, in per cent.
        let share: Int
    }

    static let warwickshire = [
        Place(zone: "north-warwickshire", name: "North Warwickshire", districts: ["B46", "B78", "CV9"], share: 11),
        Place(
            zone: "nuneaton-bedworth",
            name: "Nuneaton and Bedworth",
            districts: ["CV7", "CV10", "CV11", "CV12"],
            share: 23
        ),
        Place(zone: "rugby", name: "Rugby", districts: ["CV21", "CV22", "CV23"], share: 18),
        Place(
            zone: "warwick-leamington",
            name: "Warwick and Leamington Spa",
            districts: ["CV31", "CV32", "CV33", "CV34"],
            share: 20
        ),
        Place(zone: "kenilworth", name: "Kenilworth and Wellesbourne", districts: ["CV8", "CV35"], share: 8),
        Place(
            zone: "stratford",
            name: "Stratford-upon-Avon and Alcester",
            districts: ["CV36", "CV37", "B49", "B50"],
            share: 13
        ),
        Place(
            zone: "southam-henley",
            name: "Southam, Studley and Henley",
            districts: ["CV47", "B80", "B94", "B95"],
            share: 7
        ),
    ]

    static let providerWords = [
        "Acorn", "Alder", "Amber", "Arden", "Ash", "Aspen", "Avon", "Beech", "Birch", "Bluebell", "Bramble", "Briar",
        "Cedar", "Cherry", "Clover", "Copse", "Daisy", "Dove", "Elder", "Elm", "Fern", "Finch", "Foxglove", "Hawthorn",
        "Hazel", "Heather", "Heron", "Holly", "Ivy", "Juniper", "Kestrel", "Larch", "Lark", "Laurel", "Lilac", "Linden",
        "Linnet", "Maple", "Marigold", "Meadow", "Mill", "Oak", "Orchard", "Otter", "Pear", "Pine", "Plover", "Poppy",
        "Primrose", "Robin", "Rowan", "Sorrel", "Spinney", "Swallow", "Sycamore", "Teasel", "Thistle", "Violet",
        "Willow", "Wren",
    ]

    static let providerKinds = ["Home Care", "Care at Home", "Community Care", "Homecare Services"]

    static let skills = [
        "medication", "movingAndHandling", "dementia", "catheter", "pegFeed", "endOfLife", "reablement",
    ]

    static let firstNames = [
        "Ada", "Albert", "Beryl", "Cyril", "Doris", "Edith", "Ernest", "Ethel", "Frank", "Gladys", "Harold", "Hilda",
        "Ivy", "Joan", "Kenneth", "Lilian", "Mabel", "Norman", "Olive", "Percy", "Rita", "Stanley", "Vera", "Winifred",
    ]

    static let lastNames = [
        "Ashdown", "Barlow", "Chadwick", "Dunmore", "Ellery", "Fenwick", "Garland", "Hartnell", "Inskip", "Jessop",
        "Kirkby", "Lovell", "Marlow", "Norwood", "Oakley", "Prentice", "Quarles", "Redfern", "Sefton", "Thorley",
        "Underhill", "Vickery", "Wetherby", "Yardley",
    ]
}
