using System.Reflection;
using Microsoft.ML;

namespace Standalone.Tests.MachineLearning;

/// <summary>How a third party reaches what ML.NET keeps internal: by reflection, with the names and shapes of the original.</summary>
internal static class ThirdPartySave
{
    public static void SetVersion(ModelSaveContext ctx, string signature, string loader, string assembly)
    {
        Type version = typeof(ModelSaveContext).Assembly.GetType("Microsoft.ML.VersionInfo", throwOnError: true)!;
        ConstructorInfo constructor = version.GetConstructor(
            [typeof(string), typeof(uint), typeof(uint), typeof(uint), typeof(string), typeof(string), typeof(string)])!;
        object info = constructor.Invoke([signature, 0x10001u, 0x10001u, 0x10001u, assembly, loader, null]);
        typeof(ModelSaveContext).GetMethod("SetVersionInfo", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(ctx, [info]);
    }
}
