import Testing

@testable import HTTPClient

@Suite("The proxy of the environment")
struct ProxySettingTests {
    @Test("it comes from the variable that libcurl heeds, and is named without its password")
    func variables() {
        func proxy(_ url: String, _ environment: [String: String]) -> ProxySetting? {
            ProxySetting.of(url: url) { environment[$0] }
        }
        let plain = proxy("http://c/", ["http_proxy": "http://me:secret@p.example:8080/"])
        #expect(plain?.variable == "http_proxy" && plain?.address == "http://p.example:8080")
        #expect(plain?.host == "p.example" && plain?.port == "8080")
        #expect(proxy("http://c/", ["HTTP_PROXY": "p:1"]) == nil, "a header could set it")
        #expect(proxy("https://c/", ["HTTPS_PROXY": "p:1"])?.variable == "HTTPS_PROXY")
        #expect(proxy("http://c/", ["all_proxy": "socks5://p"])?.port == "1080")
        #expect(proxy("http://c/", ["http_proxy": "", "ALL_PROXY": "[::1]:9"])?.host == "::1")
        #expect(proxy("http://c/", [:]) == nil)
    }
}
