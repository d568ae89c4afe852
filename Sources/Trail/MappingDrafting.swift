extension Trail {
    /// A profile that maps the columns of a table on disk, for a person to complete; nil for what is no table.
    /// - Throws: `TrailError.missing`.
    package static func draftMapping(file path: String, temporaryFolder: String) throws -> String? {
        let opened = try Opened.open(Input(path: path, name: InputList.baseName(path)), temporaryFolder: temporaryFolder)
        return TableFormat.draftMapping(of: opened.text.bytes, named: opened.name)
    }
}
