using System.Diagnostics;

namespace Offerbook.Agent.Tests.Fetcher;

/// <summary>What is kept, for whom, and what goes when there is no room.</summary>
internal sealed class FetchCacheTests
{
    [Test]
    public async Task KeptFile_IsDownloadedOnce()
    {
        await using var yard = await FetchYard.StartAsync();
        var item = yard.Serve("/x", "kept", cache: true);
        var (first, second) = (yard.Spec(item), yard.Spec(item with { OutputFile = "other" }));

        Assert.That((await yard.FetchAsync(first), await yard.FetchAsync(second)), Is.EqualTo(((string?)null, (string?)null)));

        Assert.That((yard.Read(first, "x"), yard.Read(second, "other")), Is.EqualTo(("kept", "kept")));
        Assert.That(yard.Host.Asked, Has.Count.EqualTo(1));
        Assert.That(yard.Fetches.Counts.CacheBytesUsed, Is.EqualTo(4));
    }

    [Test]
    public async Task File_NotToBeKept_IsDownloadedEachTime()
    {
        await using var yard = await FetchYard.StartAsync();
        var item = yard.Serve("/x", "fresh");
        await yard.FetchAsync(yard.Spec(item));
        await yard.FetchAsync(yard.Spec(item));

        Assert.That(yard.Host.Asked, Has.Count.EqualTo(2));
        Assert.That(yard.Fetches.Counts.CacheBytesUsed, Is.Zero);
    }

    [Test]
    public async Task ManyAtOnce_ShareOneDownload()
    {
        await using var yard = await FetchYard.StartAsync();
        var release = new TaskCompletionSource();
        yard.Host.Before = _ => release.Task;
        var specs = Enumerable.Range(0, 8).Select(_ => yard.Spec(yard.Serve("/x", "shared", cache: true))).ToList();
        specs.ForEach(yard.Begin);
        release.SetResult();
        foreach (var _ in specs)
        {
            Assert.That((await yard.NextAsync()).Failure, Is.Null);
        }

        Assert.That(specs.Select(spec => yard.Read(spec, "x")), Is.All.EqualTo("shared"));
        Assert.That(yard.Host.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task SharedDownload_GoesOnWhenOneOfThemIsKilled()
    {
        await using var yard = await FetchYard.StartAsync();
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        yard.Host.Before = _ =>
        {
            asked.TrySetResult();
            return release.Task;
        };
        var item = yard.Serve("/x", "shared", cache: true);
        var (killed, stays) = (yard.Spec(item), yard.Spec(item));
        yard.Begin(killed);
        await asked.Task;
        yard.Begin(stays);
        yard.Fetches.Cancel(killed.Container);
        Assert.That((await yard.NextAsync()).Container, Is.EqualTo(killed.Container));
        release.SetResult();

        Assert.That(await yard.NextAsync(), Is.EqualTo((stays.Container, (string?)null)));
    }

    [Test]
    public async Task Room_IsMadeByDroppingTheLeastRecentlyUsed()
    {
        await using var yard = await FetchYard.StartAsync(new FetchOptions { CacheBytes = 10 });
        var items = new[] { "/a", "/b", "/c" }.Select(path => yard.Serve(path, "1234", cache: true)).ToArray();
        foreach (var i in new[] { 0, 1, 0, 2, 0, 1 })
        {
            Assert.That(await yard.FetchAsync(yard.Spec(items[i])), Is.Null);
        }

        // b was used least recently when c came.
        Assert.That(yard.Host.Asked, Is.EqualTo(new[] { "/a", "/b", "/c", "/b" }));
        Assert.That(yard.Fetches.Counts.CacheBytesUsed, Is.EqualTo(8));
    }

    [Test]
    public async Task File_TooLargeForTheCache_IsFetchedWithoutIt()
    {
        await using var yard = await FetchYard.StartAsync(new FetchOptions { CacheBytes = 3 });
        var spec = yard.Spec(yard.Serve("/x", "1234", cache: true));

        Assert.That(await yard.FetchAsync(spec), Is.Null);

        Assert.That(yard.Read(spec, "x"), Is.EqualTo("1234"));
        Assert.That(yard.Fetches.Counts.CacheBytesUsed, Is.Zero);
    }

    [Test]
    public async Task Failure_IsNotKept()
    {
        await using var yard = await FetchYard.StartAsync();
        var item = yard.Serve("/x", "late", cache: true);
        yard.Host.Files.Clear();
        Assert.That(await yard.FetchAsync(yard.Spec(item)), Does.Contain("404"));
        yard.Serve("/x", "late", cache: true);

        Assert.That(await yard.FetchAsync(yard.Spec(item)), Is.Null);
    }

    [Test]
    public async Task Archive_IsUnpackedFromTheCache_AndDoesNotComeItself()
    {
        await using var yard = await FetchYard.StartAsync();
        File.WriteAllText(Path.Combine(yard.Work, "inside"), "packed");
        using (var tar = Process.Start("tar", ["-czf", Path.Combine(yard.Work, "app.tgz"), "-C", yard.Work, "inside"]))
        {
            await tar.WaitForExitAsync();
        }
        var item = yard.Serve("/app.tgz", File.ReadAllBytes(Path.Combine(yard.Work, "app.tgz")), cache: true);
        var (first, second) = (yard.Spec(item), yard.Spec(item));

        Assert.That((await yard.FetchAsync(first), await yard.FetchAsync(second)), Is.EqualTo(((string?)null, (string?)null)));

        Assert.That(yard.Read(second, "inside"), Is.EqualTo("packed"));
        Assert.That(File.Exists(yard.PathOf(second, "app.tgz")), Is.False);
    }
}
