import Causality
import CentralEngine
import CounterEngine
import SQLiteStore
import Replication
import Store
import TestSupport
import Testing
import Wire

/// What the suites about receipts look at.
protocol ReceiptSuite {}

extension ReceiptSuite {
    func make(_ counter: TestCounter, count: Int = 1) throws {
        for number in 0..<count {
            try counter.edit {
                try $0.make(.dossier, writes: [FieldWrite("fee_vnd", .integer(Int64(number)))])
            }
        }
    }

    func receipts(_ fleet: Fleet, _ counter: TestCounter) throws -> [DeviceReceipt] {
        try fleet.readCentral { try $0.deviceReceipts(device: counter.replica) }
    }

    func lastComplete(_ fleet: Fleet, _ counter: TestCounter) throws -> Timestamp? {
        try fleet.readCentral { try $0.device(counter.replica)?.lastComplete }
    }
}
