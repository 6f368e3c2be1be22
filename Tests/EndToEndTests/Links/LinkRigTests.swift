import Testing

@testable import BadLinks

/// The rig's own rules, without a network.
@Suite("The rig of bad links")
struct LinkRigTests {
    private func arrivals(
        _ seed: UInt64, count: Int = 1_000, _ change: (inout LinkCondition) -> Void
    ) -> [[Duration]] {
        var line = PacketLine(LinkCondition("x", "", change), seed: seed)
        return (0..<count).map { line.arrivals(ofBytes: 1_000, at: .milliseconds($0 * 10)) }
    }

    @Test("a line loses, doubles and delays as it is told, alike for the same seed")
    func line() {
        let change: (inout LinkCondition) -> Void = {
            ($0.loss, $0.duplication) = (0.1, 0.05)
            ($0.delay, $0.jitter) = (.milliseconds(100), .milliseconds(50))
        }
        let fates = arrivals(1, change)
        #expect((60...140).contains(fates.count { $0.isEmpty }))
        #expect((20...80).contains(fates.count { $0.count == 2 }))
        let delays = fates.enumerated().flatMap { place, times in
            times.map { $0 - .milliseconds(place * 10) }
        }
        #expect(delays.allSatisfy { (.milliseconds(100)..<(.milliseconds(150))).contains($0) })
        let firsts = fates.compactMap(\.first)
        #expect(zip(firsts, firsts.dropFirst()).contains { $0 > $1 }, "some overtake others")
        #expect(fates == arrivals(1, change))
        #expect(fates != arrivals(2, change))
    }

    @Test("a slow line keeps its rate, and loses what does not fit before it")
    func rate() {
        // Ten packets of 1,000 bytes arrive in 0.1 s, one in 0.1 s leaves.
        let fates = arrivals(1, count: 400) {
            $0.bytesPerSecond = 10_000
            $0.queueBytesMax = 20_000
        }
        let times = fates.compactMap(\.first)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(100) })
        #expect((55...65).contains(times.count), "\(times.count)")
    }

    /// A packet of TCP; its checksums are those of the kernel where there are some.
    private func packet(
        from source: UInt16, to destination: UInt16, flags: UInt8 = 0x18, payload: Int = 0
    ) throws -> TCPPacket {
        let length = 40 + payload
        var bytes: [UInt8] = [
            0x45, 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 1, 0x40, 0, 64, 6, 0, 0,
            10, 88, 0, 1, 10, 88, 0, 2,
        ]
        for port in [source, destination] { bytes += [UInt8(port >> 8), UInt8(port & 0xFF)] }
        bytes += [0, 0, 0, 7, 0, 0, 0, 9, 0x50, flags, 1, 0, 0, 0, 0, 0]
        return try #require(TCPPacket(bytes + [UInt8](repeating: 1, count: payload)))
    }

    @Test("every second reply is lost, by turns with a reset and without a word")
    func replies() throws {
        var fates = ConnectionFates(lossInterval: 2)
        let request = try packet(from: 5_000, to: 8_080, payload: 100)
        let reply = try packet(from: 8_080, to: 5_000, payload: 200)
        let bare = try packet(from: 8_080, to: 5_000)
        func send(_ packet: TCPPacket, fromCentral: Bool = false) -> ConnectionFates.Fate {
            fates.fate(of: packet, fromCentral: fromCentral)
        }
        func exchange() -> ConnectionFates.Fate {
            #expect(send(request) == .passes)
            #expect(send(bare, fromCentral: true) == .passes)
            return send(reply, fromCentral: true)
        }
        #expect(exchange() == .passes)
        #expect(send(reply, fromCentral: true) == .passes, "the rest of the same reply")
        #expect(exchange() == .isReset)
        #expect(exchange() == .passes)
        #expect(exchange() == .isLost)
        #expect(fates.lostReplies == 2)
        #expect(send(request) == .isLost, "the connection is dead")
        let opening = try packet(from: 5_000, to: 8_080, flags: 0x02)
        #expect(send(opening) == .passes)
        #expect(exchange() == .passes)
        fates.forgetConnections()
        #expect(send(request) == .isLost)
    }

    @Test("a reset stands in the place of the packet, with checksums that are right")
    func reset() throws {
        let made = try packet(from: 8_080, to: 5_000, payload: 9).resetInItsPlace
        #expect(made.count == 40)
        #expect(TCPPacket.checksum(Array(made[..<20])) == [0, 0])
        let pseudoHeader = Array(made[12..<20]) + [0, 6, 0, 20]
        #expect(TCPPacket.checksum(pseudoHeader + made[20...]) == [0, 0])
        #expect(made[33] == 0x14 && Array(made[24..<28]) == [0, 0, 0, 7])
        let parsed = try #require(TCPPacket(made))
        #expect(parsed.payloadBytes == 0 && parsed.sourcePort == 8_080)
    }

    @Test("a proxy asks for the path, over a connection of its own")
    func head() {
        let head =
            "POST http://10.88.0.1:8080/v1/sync HTTP/1.1\r\nHost: 10.88.0.1:8080\r\n"
            + "Proxy-Connection: Keep-Alive\r\nContent-Length: 3"
        #expect(
            ForwardProxy.rewritten(head)
                == "POST /v1/sync HTTP/1.1\r\nHost: 10.88.0.1:8080\r\nContent-Length: 3\r\n"
                + "Connection: close\r\n\r\n")
    }

    @Test("ratios have their places")
    func ratios() {
        #expect(LinkTable.ratio(3, 2) == "1.50")
        #expect(LinkTable.ratio(2.06, 2) == "1.03")
        #expect(LinkTable.ratio(21, 2, places: 1) == "10.5")
        #expect(LinkTable.ratio(1, 0) == "–")
    }
}
