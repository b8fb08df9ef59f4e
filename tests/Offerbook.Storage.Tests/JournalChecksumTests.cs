namespace Offerbook.Storage.Tests;

[TestFixture]
internal sealed class JournalChecksumTests
{
    /// <summary>RFC 3720, appendix B.4.</summary>
    [Test]
    public void Checksum_OfPublishedVectors_Matches()
    {
        Assert.That(JournalChecksum.Of("123456789"u8), Is.EqualTo(0xE3069283));
        Assert.That(JournalChecksum.Of(new byte[32]), Is.EqualTo(0x8A9136AA));
        Assert.That(JournalChecksum.Of(Enumerable.Repeat((byte)0xFF, 32).ToArray()), Is.EqualTo(0x62A8AB43));
    }

    [Test]
    public void Checksum_OfARecord_DependsOnEveryPartOfIt()
    {
        var record = new JournalRecord("ab", new byte[] { 1, 2 });
        var sums = new[]
        {
            JournalChecksum.Of("x", 1, record),
            JournalChecksum.Of("y", 1, record),
            JournalChecksum.Of("x", 2, record),
            JournalChecksum.Of("x", 1, record with { Manifest = "a" }),
            JournalChecksum.Of("xa", 1, record with { Manifest = "b" }),
            JournalChecksum.Of("x", 1, record with { Payload = new byte[] { 1, 3 } }),
            JournalChecksum.Of(new string('x', 500), 1, record),
        };
        Assert.That(sums, Is.Unique);
    }
}
