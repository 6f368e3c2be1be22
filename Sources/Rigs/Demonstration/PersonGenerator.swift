internal import SeededRandom

/// A citizen who never lived.
struct Person {
    var name: String
    /// A citizen's identity number: 12 digits.
    var identityNumber: String
    /// A mobile number: 10 digits.
    var phone: String
}

/// Draws people. The lists hold common parts of Vietnamese names; which go together is chance.
enum PersonGenerator {
    // The more frequent come first: see `name(_:)`.
    static let surnames = [
        "Nguyễn", "Lê", "Trần", "Phạm", "Trịnh", "Hoàng", "Vũ", "Đỗ", "Bùi", "Hà", "Mai", "Lưu",
        "Đặng", "Ngô", "Dương", "Đinh", "Cao", "Phan", "Hồ", "Tống", "Trương", "Lương", "Đào",
        "Đoàn", "Vương", "Thiều", "Lại", "Tạ", "Tô", "Chu", "Võ", "Lý", "Quách", "Phùng", "Nghiêm",
        "Viên", "Doãn", "Hứa", "Kiều", "Thái",
    ]
    static let maleMiddles = [
        "Văn", "Đức", "Hữu", "Minh", "Xuân", "Quang", "Đình", "Công", "Ngọc", "Anh", "Bá", "Trọng",
        "Thành", "Việt", "Tiến",
    ]
    static let femaleMiddles = [
        "Thị", "Thu", "Thanh", "Phương", "Hồng", "Kim", "Mỹ", "Thùy", "Bích", "Diệu", "Khánh",
        "Hải", "Lan", "Tuyết", "Như",
    ]
    static let maleGivens = [
        "Hùng", "Dũng", "Cường", "Tuấn", "Sơn", "Hải", "Nam", "Long", "Thắng", "Hiếu", "Trung",
        "Kiên", "Quân", "Bình", "Toàn", "Tùng", "Đạt", "Huy", "Khoa", "Lâm", "Phúc", "Thịnh",
        "Vinh",
        "Đông", "Hòa", "Khang", "Lợi", "Mạnh", "Nghĩa", "Phong", "Quý", "Sáng", "Tài", "Tâm",
        "Thiện",
        "Thuận", "Tiệp", "Trường", "Việt", "Vượng",
    ]
    static let femaleGivens = [
        "Hương", "Lan", "Hoa", "Hằng", "Nga", "Thảo", "Trang", "Linh", "Mai", "Ngọc", "Oanh",
        "Phượng",
        "Quỳnh", "Thủy", "Tuyết", "Vân", "Yến", "Anh", "Ánh", "Bích", "Chi", "Diệp", "Dung",
        "Duyên",
        "Giang", "Hà", "Hạnh", "Hiền", "Hồng", "Huệ", "Huyền", "Liên", "Loan", "Minh", "Nhung",
        "Phương", "Thơm", "Thu", "Uyên", "Xuân",
    ]
    private static let mobilePrefixes = [
        "032", "034", "036", "038", "070", "079", "081", "083", "085", "088", "091", "094", "096",
        "097", "098",
    ]

    static func person(_ generator: inout SeededGenerator) -> Person {
        let isFemale = generator.happens(perMille: 500)
        return Person(
            name: name(isFemale: isFemale, &generator),
            identityNumber: identityNumber(isFemale: isFemale, &generator),
            phone: phone(&generator))
    }

    static func name(isFemale: Bool, _ generator: inout SeededGenerator) -> String {
        // The lesser of two draws: the first surnames are many times as frequent as the last.
        let place = min(
            generator.number(below: surnames.count), generator.number(below: surnames.count))
        let middle = generator.element(of: isFemale ? femaleMiddles : maleMiddles)
        let given = generator.element(of: isFemale ? femaleGivens : maleGivens)
        return "\(surnames[place]) \(middle) \(given)"
    }

    static func phone(_ generator: inout SeededGenerator) -> String {
        generator.element(of: mobilePrefixes) + generator.digits(7)
    }

    /// Province (038 is Thanh Hóa), sex and century, year of birth, and six digits, as Circular
    /// 07/2016/TT-BCA has them.
    private static func identityNumber(
        isFemale: Bool, _ generator: inout SeededGenerator
    ) -> String {
        let year = 100 + generator.number(in: 40...102)  // since 1900, plus 100
        let century = year >= 200 ? 2 : 0
        let sex = century + (isFemale ? 1 : 0)
        let yearDigits = String(1000 + year % 100).suffix(2)
        return "038\(sex)\(yearDigits)\(generator.digits(6))"
    }
}
