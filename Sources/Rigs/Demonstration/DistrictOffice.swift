public import Replication
internal import SeededRandom

/// A district branch office of the demonstration's province, Thanh Hóa (agency code H56).
///
/// Places are real, codes have the form of the national list, and the numbers are assumptions.
public struct DistrictOffice: Hashable, Sendable {
    /// The agency's code.
    public let code: String
    /// The district, as the office is called in short.
    public let district: String
    /// The office's name.
    public let name: String
    /// The district as it stands in addresses.
    let districtInAddress: String
    /// Wards and communes, as they stand in addresses.
    let wards: [String]
    /// How many desks the office has.
    public let deskCount: Int
    /// Its part of the work, in thousandths.
    let weight: Int

    private init(
        _ number: Int, _ kind: String, _ district: String, wards: [String], desks: Int, weight: Int
    ) {
        code = "000.17.0\(number).H56"
        self.district = district
        let kindInName = ["thành phố": "TP", "thị xã": "TX"][kind] ?? kind
        name = "Một cửa \(kindInName) \(district)"
        districtInAddress = "\(kind) \(district)"
        self.wards = wards
        deskCount = desks
        self.weight = weight
    }

    /// All offices, by code.
    public static let all = [
        DistrictOffice(
            1, "thành phố", "Thanh Hóa",
            wards: [
                "phường Đông Vệ", "phường Lam Sơn", "phường Ngọc Trạo", "phường Phú Sơn",
                "phường Đông Thọ", "phường Trường Thi", "phường Hàm Rồng", "phường Quảng Thắng",
            ], desks: 2, weight: 290),
        DistrictOffice(
            2, "thành phố", "Sầm Sơn",
            wards: [
                "phường Bắc Sơn", "phường Trường Sơn", "phường Trung Sơn", "phường Quảng Tiến",
                "phường Quảng Cư", "phường Quảng Châu",
            ], desks: 1, weight: 130),
        DistrictOffice(
            3, "thị xã", "Nghi Sơn",
            wards: [
                "phường Hải Hòa", "phường Hải Châu", "phường Nguyên Bình", "phường Tĩnh Hải",
                "xã Hải Yến", "xã Nghi Sơn", "xã Tân Trường",
            ], desks: 2, weight: 190),
        DistrictOffice(
            4, "huyện", "Hoằng Hóa",
            wards: [
                "thị trấn Bút Sơn", "xã Hoằng Lộc", "xã Hoằng Thịnh", "xã Hoằng Đồng",
                "xã Hoằng Thanh", "xã Hoằng Trường", "xã Hoằng Tiến",
            ], desks: 2, weight: 180),
        DistrictOffice(
            5, "huyện", "Quảng Xương",
            wards: [
                "thị trấn Tân Phong", "xã Quảng Trạch", "xã Quảng Bình", "xã Quảng Lưu",
                "xã Quảng Ninh", "xã Quảng Hợp",
            ], desks: 1, weight: 120),
        DistrictOffice(
            6, "huyện", "Thọ Xuân",
            wards: [
                "thị trấn Thọ Xuân", "thị trấn Lam Sơn", "thị trấn Sao Vàng", "xã Xuân Hồng",
                "xã Xuân Trường", "xã Tây Hồ",
            ], desks: 1, weight: 90),
    ]

    /// The fields of the office's entry in the catalog.
    public var catalogFields: [FieldWrite] {
        [
            FieldWrite("code", .text(code)), FieldWrite("name", .text(name)),
            FieldWrite("address", .text("\(districtInAddress), tỉnh Thanh Hóa")),
            FieldWrite("time_zone_offset_minutes", .integer(420)),
        ]
    }

    /// An address in the district.
    func address(_ generator: inout SeededGenerator) -> String {
        let ward = generator.element(of: wards)
        let place: String
        if ward.hasPrefix("phường") {
            place =
                "số \(generator.number(in: 1...380)) đường \(generator.element(of: Self.streets))"
        } else {
            place = "thôn \(generator.number(in: 1...14))"
        }
        return "\(place), \(ward), \(districtInAddress), tỉnh Thanh Hóa"
    }

    private static let streets = [
        "Lê Lợi", "Trần Phú", "Nguyễn Trãi", "Quang Trung", "Lê Hoàn", "Hạc Thành", "Bà Triệu",
        "Nguyễn Du", "Tống Duy Tân", "Lê Thánh Tông", "Đội Cung", "Trường Thi", "Dương Đình Nghệ",
        "Phan Chu Trinh", "Hải Thượng Lãn Ông", "Nguyễn Chí Thanh",
    ]
}
