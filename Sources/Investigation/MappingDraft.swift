import Model
import Trail

/// A profile that maps a table's columns, drafted for a person to complete (`cordon formats --explain FILE`).
package enum MappingDraft {
    /// - Throws: `InvestigationFailure` when the file cannot be read or is no table.
    package static func yaml(of file: String, world: World) throws -> String {
        do {
            guard let draft = try Trail.draftMapping(file: file, temporaryFolder: world.temporaryFolder) else {
                throw InvestigationFailure(.badData, "\(InputFile.baseName(file)): this is no table with a heading row; cordon formats lists what is read")
            }
            return draft
        } catch let error as TrailError {
            throw InvestigationFailure(error.status == 66 ? .noInput : .badData, error.description)
        }
    }
}
