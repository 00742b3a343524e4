import Testing

@testable import Brokerage

@Suite("London time")
struct LondonTests {
    @Test("a date reads back as it was written", arguments: ["2027-01-04", "2028-02-29", "2000-12-31", "1999-03-01"])
    func dates(text: String) throws {
        #expect(try #require(Day(text)).description == text)
    }

    @Test(
        "a date that does not exist is none",
        arguments: ["2027-02-29", "2027-13-01", "2027-00-10", "2027-1-4", "20270104", "2027-06-31"]
    )
    func badDates(text: String) { #expect(Day(text) == nil) }

    @Test("every day of a century has the weekday after the day before and reads back")
    func century() throws {
        var day = try #require(Day("1970-01-01"))
        #expect(day.weekday == .thu)
        for _ in 0..<36_600 {
            let next = day.adding(days: 1)
            #expect(next.weekday.index == (day.weekday.index + 1) % 7)
            #expect(Day(next.description) == next)
            day = next
        }
    }

    @Test("an instant reads back, and only UTC is read")
    func instants() {
        #expect(Instant("2027-01-04T09:30:00Z")?.description == "2027-01-04T09:30:00Z")
        #expect(Instant("2027-01-04T09:30:00.250Z")?.description == "2027-01-04T09:30:00Z")
        for bad in [
            "2027-01-04T09:30:00", "2027-01-04T09:30:00+01:00", "2027-01-04 09:30:00Z", "2027-01-04T24:00:00Z",
            "2027-01-04T09:30:00.Z",
        ] {
            #expect(Instant(bad) == nil, "\(bad)")
        }
    }

    @Test("summer time begins at 01:00 UTC on the last Sunday of March and ends at 01:00 UTC on the last of October")
    func clockChanges() throws {
        #expect(London.offset(at: try #require(Instant("2027-03-28T00:59:59Z"))) == 0)
        #expect(London.offset(at: try #require(Instant("2027-03-28T01:00:00Z"))) == 3600)
        #expect(London.offset(at: try #require(Instant("2027-10-31T00:59:59Z"))) == 3600)
        #expect(London.offset(at: try #require(Instant("2027-10-31T01:00:00Z"))) == 0)
    }

    @Test("a late evening in UTC is the next day in London's summer")
    func summerMidnight() throws {
        #expect(London.day(at: try #require(Instant("2027-06-01T23:30:00Z"))).description == "2027-06-02")
        #expect(London.day(at: try #require(Instant("2027-01-01T23:30:00Z"))).description == "2027-01-01")
    }

    @Test("a wall time becomes its instant and back, but for the hour that is skipped")
    func wallTime() throws {
        for text in ["2027-01-04", "2027-06-04", "2027-03-27", "2027-10-30", "2027-11-01"] {
            let day = try #require(Day(text))
            for minute in stride(from: 0, to: 1440, by: 7) {
                let instant = London.instant(day, minuteOfDay: minute)
                #expect(London.day(at: instant) == day)
                #expect(London.minuteOfDay(at: instant) == minute)
            }
        }
        let skipped = London.instant(try #require(Day("2027-03-28")), minuteOfDay: 90)
        #expect(skipped.description == "2027-03-28T01:00:00Z")
    }

    @Test("a night from 23:00 to 07:00 is an hour shorter in March and longer in October")
    func nights() throws {
        func length(_ text: String) throws -> Int {
            let day = try #require(Day(text))
            return London.instant(day.adding(days: 1), minuteOfDay: 420)
                .minutes(since: London.instant(day, minuteOfDay: 1380))
        }
        #expect(try length("2027-01-04") == 480)
        #expect(try length("2027-03-27") == 420)
        #expect(try length("2027-10-30") == 540)
    }
}
