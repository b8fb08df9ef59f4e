using Offerbook.Apps.Groups;
using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Tests.Groups;

[Property("case", 35)]
public sealed class RoleTests
{
    [Test]
    public void Create_InRoot_GetsTheDefaultRoleAndNoOther()
    {
        Assert.That(Complete("{'id': 'a', 'cmd': 'xx'}", RootGroup.Empty).Value!.FindApp(PathId.Parse("/a"))!.Role, Is.EqualTo("*"));
        Assert.That(Given.Problems(Complete("{'id': 'a', 'cmd': 'xx', 'role': 'r'}", RootGroup.Empty).Error),
            Is.EqualTo(new[] { "/apps//a/role: got r, expected one of: [*]" }));
    }

    [Test]
    public void Create_InGroup_MayHaveTheGroupsRole()
    {
        Assert.That(Complete("{'id': 'g/h/a', 'cmd': 'xx', 'role': 'g'}", RootGroup.Empty).IsOk, Is.True);
        Assert.That(Given.Problems(Complete("{'id': 'g/h/a', 'cmd': 'xx', 'role': 'h'}", RootGroup.Empty).Error),
            Is.EqualTo(new[] { "/apps//g/h/a/role: got h, expected one of: [*, g]" }));
    }

    [Test]
    public void Create_InEnforcingGroup_GetsTheGroupsRoleByDefault()
    {
        var root = RootGroup.Empty.WithGroup(Group.Empty(PathId.Parse("/g"), true));
        Assert.That(Complete("{'id': 'g/a', 'cmd': 'xx'}", root).Value!.FindApp(PathId.Parse("/g/a"))!.Role, Is.EqualTo("g"));
        Assert.That(Given.Problems(Complete("{'id': 'g/a', 'cmd': 'xx', 'role': '*'}", root).Error),
            Is.EqualTo(new[] { "/apps//g/a/role: got *, expected one of: [g]" }));
    }

    [Test]
    public void Update_OfAppFromBeforeEnforcement_MayKeepItsRole()
    {
        var root = GroupEdits.PatchEnforceRole(Given.Tree(Given.App("/g/a")), PathId.Parse("/g"), true, Given.Settings).Value!;
        var edit = AppEdits.Update(root, PathId.Parse("/g/a"), Given.Draft("{'instances': 2}"), true, true, Given.Settings, (_, _) => null)
            .Value!;
        Assert.That(TreeUpdate.Complete(root, edit.Root, Given.At(2), Given.Settings).Value!.FindApp(PathId.Parse("/g/a"))!.Role,
            Is.EqualTo("*"));
    }

    [Test]
    public void Put_NewEnforcingGroup_GivesItsAppsTheRole()
    {
        var draft = Given.GroupDraft("{'id': 'g', 'enforceRole': true, 'groups': [{'id': 'h', 'apps': [{'id': 'a', 'cmd': 'xx'}]}]}");
        var edited = GroupEdits.Put(RootGroup.Empty, PathId.Root, draft, Given.Settings, _ => null);
        Assert.That(Given.Completed(RootGroup.Empty, edited, Given.At(2)).FindApp(PathId.Parse("/g/h/a"))!.Role, Is.EqualTo("g"));
    }

    [Test]
    public void Create_AcceptingForeignRole_IsRefused() =>
        Assert.That(Given.Problems(Complete("{'id': 'a', 'cmd': 'xx', 'acceptedResourceRoles': ['x']}", RootGroup.Empty).Error),
            Is.EqualTo(new[] { "/apps//a/acceptedResourceRoles: acceptedResourceRoles can only contain * and *" }));

    private static Offerbook.Apps.Errors.ApiResult<RootGroup> Complete(string json, RootGroup root) =>
        TreeUpdate.Complete(root, AppEdits.Create(root, Given.Draft(json), Given.Settings).Value!.Root, Given.At(2), Given.Settings);
}
