using System.Text;
using Offerbook.Wire.Files;

namespace Offerbook.Agent.Tests.Http;

public sealed class RawTextTests
{
    [Test]
    public void Text_HasAsManyBytesAsTheFile([Range(0, 200)] int seed)
    {
        var bytes = new byte[seed];
        new Random(seed).NextBytes(bytes);

        var text = RawText.Of(bytes);

        // All but a character that the end of the piece may have cut.
        Assert.That(Encoding.UTF8.GetByteCount(text), Is.InRange(Math.Max(0, bytes.Length - 3), bytes.Length));
    }

    [Test]
    public void Text_CutInsideACharacter_LeavesItForTheNextRead()
    {
        var bytes = Encoding.UTF8.GetBytes("ab€");

        Assert.That(RawText.Of(bytes.AsSpan(0, 4)), Is.EqualTo("ab"));
        Assert.That(RawText.Of(bytes), Is.EqualTo("ab€"));
    }

    [Test]
    public void Rubbish_BecomesQuestionMarks() => Assert.That(RawText.Of([0x61, 0xff, 0xfe, 0x62]), Is.EqualTo("a??b"));
}
