using System.Text;
using Offerbook.Storage.Formats;

namespace Offerbook.Storage.Tests.Formats;

public sealed class LogFormatTests
{
    private static readonly FormatSupport Old = new(1, "0.8.0");
    private static readonly FormatSupport New = new(3, "0.9.0");

    [Test]
    public void NewLog_IsOfTheFirstLevel_WhateverIsKnown()
    {
        Assert.That(LogFormat.New(New).Level, Is.EqualTo(LogFormat.First));
        Assert.That(LogFormat.Of(new Recovery(null, [], 0), New, "x").Level, Is.EqualTo(LogFormat.First));
    }

    [Test]
    public void Raise_ToAKnownLevel_GivesAnEventThatARecoveryFinds()
    {
        var answer = LogFormat.New(New).Ask(2);

        Assert.That((answer.Status, answer.After.Level, answer.Json), Is.EqualTo((200, 2, """{"level":2,"newest":3,"build":"0.9.0"}""")));
        Assert.That(LogFormat.IsOwn(answer.Event!.Value));
        Assert.That(LogFormat.Of(Recovered(answer.Event.Value), New, "x").Level, Is.EqualTo(2));
    }

    [Test]
    public void Raise_InSteps_EndsAtTheLast()
    {
        var second = LogFormat.New(New).Ask(2);
        var third = second.After.Ask(3);
        Assert.That(
            LogFormat.Of(Recovered(second.Event!.Value, new JournalRecord("JobAdded/1", default), third.Event!.Value), New, "x").Level,
            Is.EqualTo(3));
    }

    [Test]
    public void Raise_ToWhereItIs_ChangesNothing()
    {
        var answer = LogFormat.New(New).Ask(1);
        Assert.That((answer.Status, answer.Event), Is.EqualTo((200, (JournalRecord?)null)));
    }

    [TestCase(4, "knows the format levels up to 3. Upgrade it before")]
    [TestCase(1, "a level is never lowered")]
    public void Raise_ToWhereItCannotGo_IsRefused(int to, string why)
    {
        var before = LogFormat.New(New).Ask(2).After;
        var answer = before.Ask(to);
        Assert.That((answer.Status, answer.Event, answer.After), Is.EqualTo((409, (JournalRecord?)null, before)));
        Assert.That(answer.Json, Does.Contain(why).And.Contain("\"level\":2"));
    }

    [Test]
    public void Recovery_OfAHigherLevelThanIsKnown_IsRefusedWithBothVersions()
    {
        var raised = LogFormat.New(New).Ask(2).Event!.Value;
        Assert.That(() => LogFormat.Of(Recovered(raised), Old, "Apps"), Throws.TypeOf<JournalTooNewException>().With.Message
            .EqualTo("The journal of Apps is at format level 2, to which version 0.9.0 raised it. This is version 0.8.0, which reads levels up to 1: "
                + "it cannot lead. Nothing was written. Start the newer version in its place (docs/operating/upgrading.md)."));
    }

    [Test]
    public void Snapshot_KeepsTheLevel_WhenTheEventThatRaisedItIsGone()
    {
        var raised = LogFormat.New(New).Ask(2).After;
        var marked = raised.Marked(new JournalRecord("Whole/1", "state"u8.ToArray()));
        var recovery = new Recovery(new Snapshot(7, marked), [], 7);

        Assert.That(LogFormat.Of(recovery, New, "x").Level, Is.EqualTo(2));
        Assert.That(LogFormat.Plain(marked).Manifest, Is.EqualTo("Whole/1"));
        Assert.That(() => LogFormat.Of(recovery, Old, "x"),
            Throws.TypeOf<JournalTooNewException>().With.Message.Contains("at format level 2. This is version 0.8.0"));
    }

    [Test]
    public void Snapshot_OfTheFirstLevel_IsWrittenAsItAlwaysWas()
    {
        var plain = new JournalRecord("Whole/1", "state"u8.ToArray());
        Assert.That(LogFormat.New(New).Marked(plain), Is.EqualTo(plain));
        Assert.That(LogFormat.Plain(plain), Is.EqualTo(plain));
    }

    [Test]
    public void RaisedEvent_OfALaterProgramThatSaysMore_IsUnderstood() =>
        Assert.That(LogFormat.Of(Recovered(new JournalRecord("FormatRaised/1", "3 0.9.0 by hand"u8.ToArray())), New, "x").Level,
            Is.EqualTo(3));

    [Test]
    public void Term_BeginsWithItsVersion_SinceLevelTwo()
    {
        var format = LogFormat.New(New);
        Assert.That(format.Begin(7), Is.Null);

        var began = format.Ask(2).After.Begin(7)!.Value;
        Assert.That(LogFormat.IsOwn(began));
        Assert.That(LogFormat.Describe(began), Is.EqualTo("epoch 7, led by version 0.9.0"));
        Assert.That(LogFormat.Of(Recovered(began), New, "x").Level, Is.EqualTo(LogFormat.First), "it raises nothing");
    }

    /// <summary>docs/operating/upgrading.md: each minor version has its level.</summary>
    [Test]
    public void NewestLevel_IsThatOfTheMinorVersion() =>
        Assert.That(typeof(LogFormat).Assembly.GetName().Version!.Minor, Is.EqualTo(FormatSupport.NewestLevel));

    [TestCase("")]
    [TestCase("0 x")]
    [TestCase("-1")]
    [TestCase("two")]
    [TestCase("99999999999")]
    public void RaisedEvent_ThatIsNone_IsDamage(string payload) =>
        Assert.That(() => LogFormat.Of(Recovered(new JournalRecord("FormatRaised/1", Encoding.UTF8.GetBytes(payload))), New, "x"),
            Throws.TypeOf<JournalDamagedException>().With.Message.Contains("format level"));

    private static Recovery Recovered(params JournalRecord[] events) => new(null, events, events.Length);
}
