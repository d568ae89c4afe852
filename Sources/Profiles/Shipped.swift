extension ProfileSet {
    /// The profiles that come with the program.
    package static let shipped = ProfileSet([])
}
