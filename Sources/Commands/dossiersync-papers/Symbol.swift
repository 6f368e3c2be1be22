internal import CZint
internal import Papers

/// What machines read, as a grid of dark and light.
struct Symbol {
    /// Rows of modules, dark or not.
    let rows: [[Bool]]

    /// How many modules it is wide.
    var width: Int { rows.first?.count ?? 0 }

    /// - Throws: `PaperFault` when the symbol cannot hold the text.
    static func code128(_ text: String) throws(PaperFault) -> Symbol {
        try Symbol(BARCODE_CODE128, text)
    }

    /// - Throws: `PaperFault` when the symbol cannot hold the text.
    static func qr(_ text: String) throws(PaperFault) -> Symbol {
        try Symbol(BARCODE_QRCODE, text)
    }

    private init(_ symbology: Int32, _ text: String) throws(PaperFault) {
        guard let symbol = ZBarcode_Create() else { throw PaperFault(.drawing) }
        defer { ZBarcode_Delete(symbol) }
        symbol.pointee.symbology = symbology
        symbol.pointee.input_mode = UNICODE_MODE
        // Level M of a QR code: a fold or a stamp over it is borne.
        if symbology == BARCODE_QRCODE { symbol.pointee.option_1 = 2 }
        var bytes = Array(text.utf8)
        guard ZBarcode_Encode(symbol, &bytes, Int32(bytes.count)) < ZINT_ERROR else {
            throw PaperFault(.symbol)
        }
        let (height, width) = (symbol.pointee.rows, symbol.pointee.width)
        rows = (0..<height).map { row in
            (0..<width).map { shim_is_dark(symbol, row, $0) != 0 }
        }
    }
}
