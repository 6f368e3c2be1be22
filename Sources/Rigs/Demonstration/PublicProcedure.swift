public import Replication
internal import SeededRandom

/// A procedure of the demonstration's catalog: what district offices do every day.
///
/// Names are those of the public services; codes have the form of the national list. Days and fees
/// are plausible, not quoted.
public struct PublicProcedure: Hashable, Sendable {
    /// The procedure's code.
    public let code: String
    /// Its name.
    public let name: String
    /// The field of administration.
    public let field: String
    /// Working days that it may take; 0 for "while you wait".
    public let processingDays: Int
    /// The fee in đồng.
    public let feeVND: Int64
    /// Whether citizens can submit it online.
    public let isOnline: Bool
    /// How often it is asked for, in thousandths or so.
    let weight: Int

    private init(
        _ number: String, _ name: String, _ field: String, days: Int, fee: Int64, weight: Int
    ) {
        code = "\(number).000.00.00.H56"
        self.name = name
        self.field = field
        processingDays = days
        feeVND = fee
        self.weight = weight
        // What is done while you wait needs the paper original on the counter.
        isOnline = days >= 3
    }

    /// All procedures, by field.
    public static let all = civilStatus + land + business + social

    private static let civilStatus = [
        PublicProcedure(
            "2.000815", "Chứng thực bản sao từ bản chính", "Chứng thực",
            days: 0, fee: 2_000, weight: 160),
        PublicProcedure(
            "2.000884", "Chứng thực chữ ký trong các giấy tờ, văn bản", "Chứng thực",
            days: 0, fee: 10_000, weight: 60),
        PublicProcedure(
            "2.000635", "Cấp bản sao trích lục hộ tịch", "Hộ tịch", days: 0, fee: 8_000, weight: 60),
        PublicProcedure(
            "2.000528", "Đăng ký khai sinh có yếu tố nước ngoài", "Hộ tịch",
            days: 5, fee: 75_000, weight: 12),
        PublicProcedure(
            "2.000806", "Đăng ký kết hôn có yếu tố nước ngoài", "Hộ tịch",
            days: 10, fee: 1_000_000, weight: 14),
        PublicProcedure(
            "2.000748", "Thay đổi, cải chính, bổ sung thông tin hộ tịch", "Hộ tịch",
            days: 3, fee: 25_000, weight: 70),
    ]
    private static let land = [
        PublicProcedure(
            "1.004199", "Cấp đổi giấy chứng nhận quyền sử dụng đất", "Đất đai",
            days: 7, fee: 50_000, weight: 90),
        PublicProcedure(
            "2.000889", "Đăng ký biến động, chuyển nhượng quyền sử dụng đất", "Đất đai",
            days: 10, fee: 120_000, weight: 110),
        PublicProcedure(
            "1.004227", "Đăng ký biến động do thay đổi thông tin người sử dụng đất", "Đất đai",
            days: 8, fee: 28_000, weight: 60),
        PublicProcedure(
            "1.000798", "Chuyển mục đích sử dụng đất", "Đất đai", days: 15, fee: 100_000,
            weight: 40),
        PublicProcedure(
            "1.003003", "Đăng ký và cấp giấy chứng nhận quyền sử dụng đất lần đầu", "Đất đai",
            days: 20, fee: 100_000, weight: 25),
        PublicProcedure(
            "1.000655", "Đăng ký thế chấp quyền sử dụng đất", "Giao dịch bảo đảm",
            days: 3, fee: 80_000, weight: 90),
    ]
    private static let business = [
        PublicProcedure(
            "1.001612", "Đăng ký thành lập hộ kinh doanh", "Hộ kinh doanh",
            days: 3, fee: 100_000, weight: 120),
        PublicProcedure(
            "2.000720", "Đăng ký thay đổi nội dung hộ kinh doanh", "Hộ kinh doanh",
            days: 3, fee: 50_000, weight: 50),
        PublicProcedure(
            "1.001266", "Tạm ngừng kinh doanh hộ kinh doanh", "Hộ kinh doanh",
            days: 3, fee: 0, weight: 24),
        PublicProcedure(
            "2.000620", "Cấp giấy phép bán lẻ rượu", "Lưu thông hàng hóa",
            days: 7, fee: 200_000, weight: 18),
        PublicProcedure(
            "2.000633", "Cấp giấy phép sản xuất rượu thủ công", "Lưu thông hàng hóa",
            days: 7, fee: 1_100_000, weight: 8),
        PublicProcedure(
            "1.009994", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Xây dựng",
            days: 15, fee: 75_000, weight: 70),
    ]
    private static let social = [
        PublicProcedure(
            "1.001776", "Trợ cấp xã hội hàng tháng", "Bảo trợ xã hội",
            days: 15, fee: 0, weight: 40),
        PublicProcedure(
            "1.001731", "Hỗ trợ chi phí mai táng", "Bảo trợ xã hội", days: 3, fee: 0, weight: 36),
        PublicProcedure(
            "1.004959", "Giải quyết chế độ người có công", "Người có công",
            days: 10, fee: 0, weight: 28),
        PublicProcedure(
            "1.005099", "Chuyển trường đối với học sinh", "Giáo dục", days: 3, fee: 0, weight: 34),
        PublicProcedure(
            "1.004438", "Xét, cấp học bổng chính sách", "Giáo dục", days: 10, fee: 0, weight: 16),
        PublicProcedure(
            "2.001255", "Đăng ký lại việc nuôi con nuôi", "Nuôi con nuôi", days: 5, fee: 0,
            weight: 5),
    ]

    /// The fields of the procedure's entry in the catalog.
    public var catalogFields: [FieldWrite] {
        [
            FieldWrite("code", .text(code)), FieldWrite("name", .text(name)),
            FieldWrite("field", .text(field)), FieldWrite("fee_vnd", .integer(feeVND)),
            FieldWrite("processing_days", .integer(Int64(processingDays))),
        ]
    }

    /// A procedure that can be submitted online, or any, by how often it is asked for.
    static func draw(online: Bool, _ generator: inout SeededGenerator) -> PublicProcedure {
        let list = online ? onlineOnes : all
        return list[generator.index(byWeight: online ? onlineWeights : allWeights)]
    }

    private static let onlineOnes = all.filter(\.isOnline)
    private static let onlineWeights = onlineOnes.map(\.weight)
    private static let allWeights = all.map(\.weight)
}
