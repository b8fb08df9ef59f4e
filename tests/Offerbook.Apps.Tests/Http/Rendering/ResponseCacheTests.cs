using System.Buffers;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Offerbook.Actors.Hosting;
using Offerbook.Apps.Core;
using Offerbook.Apps.Health;
using Offerbook.Apps.Http;
using Offerbook.Apps.Http.Rendering;
using Offerbook.Apps.Instances;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Http.Rendering;

public sealed class ResponseCacheTests
{
    private CoreGate _gate = null!;
    private BackThreads _back = null!;

    [SetUp]
    public void Open() => (_gate, _back) = (new CoreGate(), new BackThreads("back", 1));

    [TearDown]
    public void Close() => _back.Dispose();

    [Test]
    public async Task Readers_WhoComeWhileAnOlderAnswerIsMade_ShareTheNext()
    {
        var cache = new ResponseCache(_gate, _back);
        var (made, begun, mayEnd) = (0, new TaskCompletionSource(), new ManualResetEventSlim());
        ApiResponse Make(AppsView view)
        {
            if (Interlocked.Increment(ref made) == 1)
            {
                begun.SetResult();
                mayEnd.Wait();
            }
            return ApiResponse.Text(view.Readiness.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        Task<ApiResponse> Ask() => cache.GetAsync(Request("/v2/groups"), isLarge: true, () => null, Make);

        var first = Task.Run(Ask);
        await begun.Task;
        var same = Ask();
        var later = new List<Task<ApiResponse>>();
        for (var changes = 1; changes <= 5; changes++)
        {
            Change(changes);
            later.Add(Ask());
        }
        Assert.That(later.Append(same).Any(answer => answer.IsCompleted), Is.False);
        mayEnd.Set();

        Assert.That(TextOf(await first), Is.EqualTo("0"));
        Assert.That(TextOf(await same), Is.EqualTo("0"));
        Assert.That((await Task.WhenAll(later)).Select(TextOf), Is.All.EqualTo("5"), "made from the newest view when its turn came");
        Assert.That(made, Is.EqualTo(2));
        await Ask();
        Assert.That(made, Is.EqualTo(2), "and kept while nothing changes");
    }

    [Test]
    public async Task Readers_OfAges_TakeThoseOfTheStepBeforeWhileNewerOnesAreMade()
    {
        var cache = new ResponseCache(_gate, _back);
        var (now, made) = (new Timestamp(0), 0);
        var (begun, mayEnd) = (new TaskCompletionSource(), new ManualResetEventSlim());
        ApiResponse Make(AppsView view)
        {
            if (Interlocked.Increment(ref made) == 2)
            {
                begun.SetResult();
                mayEnd.Wait();
            }
            return ApiResponse.Text($"{view.Readiness.Count} at {now.UnixMilliseconds}");
        }
        Task<ApiResponse> Ask() => cache.GetAsync(Request("/v2/groups"), isLarge: true, () => now, Make);

        Assert.That(TextOf(await Ask()), Is.EqualTo("0 at 0"));
        now = new Timestamp(AppPieces.AgeStepMs);
        Assert.That(TextOf(await Ask()), Is.EqualTo("0 at 0"), "one who asks has the newer made");
        await begun.Task;
        Assert.That(TextOf(await Ask()), Is.EqualTo("0 at 0"), "it is being made");
        var newer = cache.GetAsync(Request("/v2/groups"), isLarge: true, () => new Timestamp(2 * AppPieces.AgeStepMs), Make);
        Assert.That(newer.IsCompleted, Is.False, "two steps are too old");
        mayEnd.Set();
        Assert.That(TextOf(await newer), Is.EqualTo("0 at 2000"));
        Change(1);
        Assert.That(TextOf(await Ask()), Is.EqualTo("1 at 2000"), "a change is seen at once");
    }

    [Test]
    public async Task Answer_ThatCannotBeMade_FailsForThoseWhoAskedAndIsNotKept()
    {
        var cache = new ResponseCache(_gate, _back);
        Task<ApiResponse> Ask(Func<AppsView, ApiResponse> make) => cache.GetAsync(Request("/v2/apps"), isLarge: true, () => null, make);
        Assert.That(async () => await Ask(_ => throw new InvalidOperationException("broken")), Throws.InvalidOperationException);
        Assert.That(TextOf(await Ask(_ => ApiResponse.Text("fine"))), Is.EqualTo("fine"));
    }

    [Test]
    public async Task Answer_ToOneMoreThanMayWait_IsThatItIsCrowded()
    {
        var cache = new ResponseCache(_gate, _back);
        Task<ApiResponse> Ask(bool isLarge) => cache.GetAsync(Request("/v2/apps"), isLarge, () => null, _ => ApiResponse.Text("fine"));
        using var mayEnd = new ManualResetEventSlim();
        var waiting = Enumerable.Range(0, BackThreads.MaxWaiting + 1).Select(_ => _back.RunAsync(() =>
        {
            mayEnd.Wait();
            return Task.CompletedTask;
        })).ToList();
        Assert.That((await Ask(isLarge: true)).Status, Is.EqualTo(503));
        Assert.That(TextOf(await Ask(isLarge: false)), Is.EqualTo("fine"), "what is small waits for nobody");
        mayEnd.Set();
        await Task.WhenAll(waiting);
        Change(1);
        Assert.That(TextOf(await Ask(isLarge: true)), Is.EqualTo("fine"));
    }

    [Test]
    public void Body_OfManyPieces_IsTheirSequence()
    {
        var writer = new BodyWriter();
        var expected = new List<byte>();
        for (var i = 0; i < 300; i++)
        {
            var piece = Enumerable.Repeat((byte)i, i * 7 % 400).ToArray();
            writer.Add(piece);
            writer.Write(","u8);
            expected.AddRange([.. piece, (byte)',']);
        }
        var body = writer.ToBody();
        Assert.That(body.Pieces.SelectMany(piece => piece.ToArray()), Is.EqualTo(expected));
        Assert.That(body.Length, Is.EqualTo(expected.Count));
        Assert.That(body.Hash, Is.EqualTo(new ResponseBody(expected.ToArray()).Hash));
    }

    private void Change(int readiness) => _gate.View = AppsView.Empty with
    {
        Readiness = Enumerable.Range(0, readiness)
            .ToImmutableSortedDictionary(i => new InstanceId("a.instance-" + i), _ => (ProbeResult)new ProbeResult.Connected()),
    };

    private static string TextOf(ApiResponse response) => System.Text.Encoding.UTF8.GetString(response.Body.Pieces[0].Span);

    private static ApiRequest Request(string path) => new(new DefaultHttpContext { Request = { Path = path } });
}
