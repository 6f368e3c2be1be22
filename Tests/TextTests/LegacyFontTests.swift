import Foundation
import Testing
import Text

@Suite("Vietnamese in the fonts before Unicode")
struct LegacyFontTests {
    @Test(
        "text of an old font is known and converted",
        arguments: [
            ("NguyÔn ThÞ MÉu", LegacyFont.tcvn3, "Nguyễn Thị Mẫu"),
            ("Th«n Mét", .tcvn3, "Thôn Một"), ("§µ N½ng", .tcvn3, "Đà Nẵng"),
            ("Hå s¬ ®Êt ®ai", .tcvn3, "Hồ sơ đất đai"), ("C\u{AD}êng", .tcvn3, "Cường"),
            ("Nguyeãn Thò Maãu", .vni, "Nguyễn Thị Mẫu"), ("Thoân Moät", .vni, "Thôn Một"),
            ("Ñaø Naüng", .vni, "Đà Nẵng"), ("Hoà sô ñaát ñai", .vni, "Hồ sơ đất đai"),
            ("TRAÀN VAÊN TAÙM", .vni, "TRẦN VĂN TÁM"),
            ("Phöôøng 1, Quaän 3", .vni, "Phường 1, Quận 3"),
        ])
    func converts(text: String, font: LegacyFont, unicode: String) {
        #expect(LegacyFont.of(text) == font)
        #expect(font.converted(text) == unicode)
    }

    @Test(
        "what reads as it stands is left alone",
        arguments: [
            "Nguyễn Thị Mẫu", "Hoà", "toá", "khoá học", "Số 12/5", "", "Trần Văn A", "José García",
            "François Müller", "Nuñez", "Strauß", "Øre", "Thò", "cà phê", "Lò Thị Én", "à ơi",
            "Nguye\u{302}\u{303}n", "50.000 ₫", "“Hồ sơ”", "Bùi Tú", "quý hoá", "Ý", "Zoë",
        ])
    func plain(text: String) {
        #expect(LegacyFont.of(text) == nil, "\(String(describing: LegacyFont.of(text)))")
    }

    @Test("no name of our lists is taken for one of an old font")
    func names() {
        for name in [
            "Đặng", "Lý", "Mạc", "Quách", "Trịnh", "Vũ", "Phùng", "Hà", "Tô", "Ông Ích Khiêm",
        ] {
            #expect(LegacyFont.of(name) == nil)
        }
    }
}
