using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp.Interop;
using static TorchSharp.torch;

namespace Standalone.Tests.TorchSharp;

public sealed class OperatorTests
{
    public static TheoryData<string> Operators =>
        [.. typeof(Aten).GetFields(BindingFlags.Static | BindingFlags.NonPublic).Select(op => op.Name)];

    /// <summary>Operators are found at their first call, so a wrong name would be seen only by whoever makes it.</summary>
    [Theory]
    [MemberData(nameof(Operators))]
    public void LibtorchHasTheOperator(string name) => ((Op)typeof(Aten).GetField(name, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!).Find();

    [Fact]
    public void UnknownOperatorIsNamed()
    {
        var error = Assert.Throws<ExternalException>(() => new Op("no_such_operator").Call(zeros(1)));
        Assert.Contains("aten::no_such_operator", error.Message);
    }

    [Fact]
    public void LongListsOfTensorsArePassedWhole()
    {
        Tensor[] parts = [.. Enumerable.Range(0, 1000).Select(i => full([1], i, int64))];
        Assert.Equal(1000 * 999 / 2, cat(parts).sum().item<long>());
    }
}
