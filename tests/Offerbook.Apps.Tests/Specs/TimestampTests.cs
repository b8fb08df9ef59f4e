using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Specs;

public sealed class TimestampTests
{
    [TestCase("2015-04-11T09:31:50.021Z", "2015-04-11T09:31:50.021Z")]
    [TestCase("2015-04-11T11:31:50.021+02:00", "2015-04-11T09:31:50.021Z")]
    [TestCase("2015-04-11T11:31:50+02", "2015-04-11T09:31:50.000Z")]
    [TestCase("2015-04-11T09:31:50Z", "2015-04-11T09:31:50.000Z")]
    [TestCase("2015-04-11T09:31:50.1239999Z", "2015-04-11T09:31:50.123Z")]
    [TestCase("2015-04-11T09:31Z", "2015-04-11T09:31:00.000Z")]
    public void TryParse_IsoText_GivesMilliseconds(string text, string canonical)
    {
        Assert.That(Timestamp.TryParse(text, out var moment), Is.True);
        Assert.That(moment.ToString(), Is.EqualTo(canonical));
    }

    [TestCase("yesterday")]
    [TestCase("")]
    [TestCase("2015-04-11")]
    [TestCase("2015-13-11T09:31:50Z")]
    public void TryParse_OtherText_Fails(string text) => Assert.That(Timestamp.TryParse(text, out _), Is.False);
}
