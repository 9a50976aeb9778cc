/// Names for stand-ins: common ones of many countries, written for this purpose. Given names are borne by all sexes, so that what a
/// model says of a person by name need not be wrong. ASCII letters only.
enum NameLists {
    static let given = words(
        """
        Adrian Ainsley Alex Alexis Amari Andie Ari Ashley Aubrey Avery Bailey Billie Blair Blake Brett Brook Cameron Casey \
        Charlie Chris Corey Dakota Dana Darcy Devon Drew Eden Ellis Emery Emerson Finley Flynn Francis Frankie Gray Hadley \
        Harley Harper Hayden Hollis Indigo Jackie Jaime Jamie Jean Jesse Jody Jordan Jules Justice Kai Keegan Kelly Kendall \
        Kerry Kim Kit Lane Lee Lennon Leslie Logan London Loren Marley Marlow Max Mickey Morgan Nicky Noa Noel Oakley Pat \
        Payton Perry Phoenix Quinn Ray Reese Remy Riley Robbie Robin Rory Rowan Sacha Sage Sandy Sasha Shannon Shawn Shay \
        Shelby Sidney Sky Stacy Stevie Taylor Terry Toni Tracy Tyler Val Winter Wren
        """)

    static let family = words(
        """
        Abbott Alder Amsel Archer Ashdown Aubert Baird Barlow Bauer Becker Belmont Bennet Birch Bishop Blom Bonnet Bowman \
        Brandt Brennan Briggs Brook Calder Carver Castel Chandler Colby Conway Cooper Corbin Costa Crane Curtis Dalton Dane \
        Dekker Delgado Draper Dubois Durand Dyer Eklund Eliot Engel Fabre Falk Farmer Faust Felder Ferrer Fisher Fletcher \
        Forster Fuchs Gallo Garner Gerber Gilbert Glover Grant Greco Gruber Haas Hale Hansen Harlow Hartmann Hayward Heller \
        Holm Horn Hughes Hunter Ibsen Jansen Keller Kerr Kessler Koch Kramer Lambert Lang Larsen Leclerc Leroy Linden Lund \
        Maier Marchand Marin Mason Mercer Meyer Miller Molina Moreau Morel Moser Navarro Nolan Norberg Novak Olsen Palmer \
        Parker Pasquale Perez Petit Pike Porter Potter Quist Ramos Reuter Ricci Rivera Romero Rossi Roth Sandoval Sawyer \
        Schreiber Seidel Serrano Sharp Silva Sommer Sorensen Steiner Strand Sutter Tanner Thorne Tucker Turner Vega Vidal \
        Vogel Wagner Walker Weaver Weber Winkler Wolff Wright Zeller Zimmer
        """)

    static let places = words(
        """
        Aldermoor Ashbourne Beckfield Birchdale Blackwater Brambleton Bridgeford Brightwell Brookhaven Cedarville Claremont \
        Clearwater Cliffside Coldbrook Crestwood Deepdale Eastbrook Edgewater Elmhurst Fairhaven Fairview Farnworth Fernwood \
        Foxborough Glenwood Greenfield Greystone Harborview Hartwell Hazelton Highgate Hillcrest Kingsmere Lakeside Larchmont \
        Longford Maplewood Marlfield Meadowbrook Millbrook Northgate Oakdale Oldbridge Pinehurst Ravenswood Redcliff Ridgeway \
        Riverton Rosedale Silverlake Southport Springfield Stonebridge Summerfield Thornbury Underhill Waterford Westbrook \
        Whitfield Willowdale
        """)

    /// Titles, particles and suffixes, which say nothing of who it is.
    static let kept = Set(
        words(
            """
            dr mr mrs ms miss mx prof professor sir dame lord lady rev hon judge capt herr frau fr monsieur madame mme mlle \
            señor señora sr sra srta don doña dott sig signor signora dipl-ing ing van von der den de del della di da dos das du \
            la le el al bin ibn ben ter ten zu zur und and y e jr sr ii iii iv phd md esq
            """))

    /// Whether a word is a given name of the list, in any case.
    static func isGiven(_ word: ArraySlice<UInt8>) -> Bool { lowerGiven.contains(word.map { $0 | 0x20 }) }

    private static let lowerGiven = Set(given.map { Array($0.lowercased().utf8) })

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
