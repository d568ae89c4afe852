import CXlsxWriter
import Model

/// A workbook being written through libxlsxwriter. What goes wrong on the way is kept and thrown by `close`.
final class XLSXFile {
    enum Cell {
        /// Always a string of the sheet, whatever it looks like: no formula, number, date or link.
        case text(String)
        case number(Int)
    }

    private let workbook: UnsafeMutablePointer<lxw_workbook>
    private let header: UnsafeMutablePointer<lxw_format>?
    private let wrapped: UnsafeMutablePointer<lxw_format>?
    private let counted: UnsafeMutablePointer<lxw_format>?
    fileprivate var error = LXW_NO_ERROR
    private var isOpen = true

    init(path: String, temporaryFolder: String?, created: Instant, title: String) throws(Workbook.Failure) {
        var options = lxw_workbook_options()
        let made: UnsafeMutablePointer<lxw_workbook>?
        if let temporaryFolder {
            made = temporaryFolder.withCString { folder in
                options.tmpdir = UnsafeMutablePointer(mutating: folder)
                return workbook_new_opt(path, &options) // copies the folder's name
            }
        } else {
            made = workbook_new_opt(path, &options)
        }
        guard let made else { throw Workbook.Failure(reason: "no memory") }
        workbook = made
        header = workbook_add_format(made)
        wrapped = workbook_add_format(made)
        counted = workbook_add_format(made)
        format_set_bold(header)
        format_set_text_wrap(header)
        format_set_align(header, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        format_set_bg_color(header, 0xE7E3D8)
        format_set_bottom(header, UInt8(LXW_BORDER_THIN.rawValue))
        // Number format 49 is "text": what is typed over a cell stays text as well.
        format_set_num_format_index(wrapped, 49)
        format_set_text_wrap(wrapped)
        format_set_align(wrapped, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        format_set_num_format_index(counted, 3)
        format_set_align(counted, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))

        // 0 would mean the time of writing.
        let seconds = Int(floorDivide(created.milliseconds, Instant.second))
        title.withCString { title in
            var properties = lxw_doc_properties()
            properties.title = UnsafeMutablePointer(mutating: title)
            properties.created = seconds == 0 ? 1 : seconds
            _ = workbook_set_properties(made, &properties) // copies the strings
        }
    }

    deinit {
        if isOpen { lxw_workbook_free(workbook) }
    }

    /// A new sheet with a heading row that stays in sight, and a filter on it.
    func sheet(_ name: String, columns: [(title: String, width: Double)]) -> Sheet {
        guard let worksheet = workbook_add_worksheet(workbook, name) else {
            error = LXW_ERROR_MEMORY_MALLOC_FAILED
            return Sheet(file: self, worksheet: nil, text: nil, number: nil)
        }
        for (column, title) in columns.enumerated() {
            note(worksheet_set_column(worksheet, UInt16(column), UInt16(column), title.width, nil))
            note(worksheet_write_string(worksheet, 0, UInt16(column), title.title, header))
        }
        worksheet_freeze_panes(worksheet, 1, 0)
        worksheet_repeat_rows(worksheet, 0, 0)
        worksheet_set_landscape(worksheet)
        worksheet_fit_to_pages(worksheet, 1, 0)
        return Sheet(file: self, worksheet: worksheet, text: wrapped, number: counted)
    }

    func close() throws(Workbook.Failure) {
        isOpen = false
        let closing = workbook_close(workbook) // frees the workbook, too, whatever comes of it
        let worst = error == LXW_NO_ERROR ? closing : error
        guard worst == LXW_NO_ERROR else { throw Workbook.Failure(reason: String(cString: lxw_strerror(worst))) }
    }

    fileprivate func note(_ result: lxw_error) {
        if error == LXW_NO_ERROR { error = result }
    }

    struct Sheet {
        fileprivate let file: XLSXFile
        fileprivate let worksheet: UnsafeMutablePointer<lxw_worksheet>?
        fileprivate let text: UnsafeMutablePointer<lxw_format>?
        fileprivate let number: UnsafeMutablePointer<lxw_format>?
        private var row: UInt32 = 1

        fileprivate init(file: XLSXFile, worksheet: UnsafeMutablePointer<lxw_worksheet>?, text: UnsafeMutablePointer<lxw_format>?, number: UnsafeMutablePointer<lxw_format>?) {
            (self.file, self.worksheet, self.text, self.number) = (file, worksheet, text, number)
        }

        mutating func append(_ cells: [Cell]) {
            guard let worksheet, row < 1_048_576 else { return }
            for (index, cell) in cells.enumerated() {
                let column = UInt16(index)
                switch cell {
                case .text(let value):
                    file.note(worksheet_write_string(worksheet, row, column, VisibleText.of(value, max: 8_000), text))
                case .number(let value) where value.magnitude <= 1 << 53:
                    file.note(worksheet_write_number(worksheet, row, column, Double(value), number))
                case .number(let value):
                    file.note(worksheet_write_string(worksheet, row, column, String(value), text))
                }
            }
            row += 1
        }
    }
}
