using System.Text;
using Offerbook.Coordination.Election;
using Offerbook.Coordination.Sessions;

namespace Offerbook.Coordination.Tests.Election;

/// <summary>What candidates tell each other of their stores.</summary>
internal sealed class StoreNoticesTests
{
    private const string Folder = "/mesos/store-paths";

    private Script _script = null!;

    [SetUp]
    public void Lead() => _script = new Script().Lead();

    [Test]
    public void Notice_FirstOfAll_MakesItsFolderFirst()
    {
        _script.Tell(new PublishStore(TimeSpan.FromMilliseconds(16)));

        var refused = _script.Take<ServiceCall.Create>();
        Assert.That((refused.Path, refused.Kind), Is.EqualTo(($"{Folder}/{Script.Name(5)}", NodeKind.Ephemeral)));
        _script.Answer(refused, new Answer.Refused(ServiceError.NoNode));
        var folder = _script.Take<ServiceCall.Create>();
        Assert.That((folder.Path, folder.Kind), Is.EqualTo((Folder, NodeKind.Persistent)));
        _script.Answer(folder, new Answer.Refused(ServiceError.NodeExists));
        var notice = _script.Take<ServiceCall.Create>();
        Assert.That(Encoding.UTF8.GetString(notice.Data.Span), Is.EqualTo("""{"store_ms":16}"""));
        _script.Answer(notice, new Answer.Created(notice.Path));
        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void Notice_ChangedAndTakenBack_IsReplacedAndRemoved()
    {
        Post(16);

        _script.Tell(new PublishStore(TimeSpan.FromMilliseconds(63)));
        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Deleted());
        var second = _script.Take<ServiceCall.Create>();
        Assert.That(Encoding.UTF8.GetString(second.Data.Span), Does.Contain("63"));
        _script.Answer(second, new Answer.Created(second.Path));
        _script.Tell(new PublishStore(null));

        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Deleted());
        Assert.That(_script.Calls, Is.Empty);
    }

    [Test]
    public void Notice_AnswerLostWithTheConnection_IsMadeAnewAfterTheElectionsOwnRequests()
    {
        _script.Tell(new PublishStore(TimeSpan.FromMilliseconds(16)));
        _script.Take<ServiceCall.Create>();

        _script.Lose().Restore().Show(5, 6).Read(5, 1, Script.Id);

        var removed = _script.Take<ServiceCall.Delete>();
        Assert.That(removed.Path, Is.EqualTo($"{Folder}/{Script.Name(5)}"));
        _script.Answer(removed, new Answer.Refused(ServiceError.NoNode));
        Assert.That(_script.Take<ServiceCall.Create>().Path, Is.EqualTo(removed.Path));
    }

    [Test]
    public void Notice_Forbidden_IsLeftAndSaidAndTheLeadershipStays()
    {
        _script.Tell(new PublishStore(TimeSpan.FromMilliseconds(16)));
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Refused(ServiceError.Denied));
        _script.Tell(new PublishStore(TimeSpan.FromMilliseconds(63))).Tell(new AskLine(1));

        Assert.That(_script.Calls, Is.Empty);
        Assert.That(_script.Standing, Is.InstanceOf<Standing.Leads>());
        Assert.That(_script.Remarks, Has.One.Contains("store-paths"));
        Assert.That(_script.Lines, Is.EqualTo(new (int, object?)[] { (1, null) }));
    }

    [Test]
    public void Line_AskedFor_ListsEverybodyInOrderWithTheirWord()
    {
        Post(4_000);

        _script.Tell(new AskLine(7));
        _script.Answer(_script.Take<ServiceCall.List>(),
            new Answer.Listed(["store-paths", Script.Name(8), Script.Name(5), Script.Name(6), Script.Name(9)]));
        Answer(6, """{"store_ms":63}""");
        Answer(8, "nonsense");
        _script.Answer(_script.Take<ServiceCall.Read>(), new Answer.Refused(ServiceError.NoNode));

        Assert.That(_script.Lines, Has.Count.EqualTo(1));
        Assert.That(_script.Lines[0].Line, Is.EqualTo(new Contender[]
        {
            new(Script.Name(5), true, TimeSpan.FromMilliseconds(4_000)), new(Script.Name(6), false, TimeSpan.FromMilliseconds(63)),
            new(Script.Name(8), false, null), new(Script.Name(9), false, null),
        }));
    }

    [Test]
    public void Line_ConnectionLostMeanwhile_IsAnsweredWithNothing()
    {
        _script.Tell(new AskLine(7));
        _script.Take<ServiceCall.List>();

        _script.Lose();
        _script.Tell(new AskLine(8));

        Assert.That(_script.Lines, Is.EqualTo(new (int, object?)[] { (7, null), (8, null) }));
    }

    [Test]
    public void SteppingDown_WithANotice_MovesItToTheNewNode()
    {
        Post(16);

        _script.Tell(new StepDown(1));
        _script.Answer(_script.Take<ServiceCall.Delete>(), new Answer.Deleted());
        _script.Answer(_script.Take<ServiceCall.Create>(), new Answer.Created($"{Script.Parent}/{Script.Name(9)}"));
        _script.Show(6, 9).Read(9, 1, Script.Id).Read(6, 6, 66);

        Assert.That(_script.Take<ServiceCall.Delete>().Path, Is.EqualTo($"{Folder}/{Script.Name(5)}"));
    }

    private void Post(int milliseconds)
    {
        _script.Tell(new PublishStore(TimeSpan.FromMilliseconds(milliseconds)));
        var create = _script.Take<ServiceCall.Create>();
        _script.Answer(create, new Answer.Created(create.Path));
    }

    private void Answer(int sequence, string content)
    {
        var read = _script.Take<ServiceCall.Read>();
        Assert.That(read.Path, Is.EqualTo($"{Folder}/{Script.Name(sequence)}"));
        _script.Answer(read, new Answer.Content(Encoding.UTF8.GetBytes(content), sequence));
    }
}
