using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.Loaders;

[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: LoadableClass(
    "Any transformer of Sleap.Transforms or Sleap.MLNet",
    typeof(ITransformer),
    typeof(PoseTransformerLoader),
    null,
    typeof(SignatureLoadModel),
    "Pose transformer",
    "SleapPose"
)]

namespace Sleap.Loaders;

/// <summary>What ML.NET calls when a saved model names this assembly and the loader "SleapPose".</summary>
internal static class PoseTransformerLoader
{
    private const string Target = "Sleap.Transforms";

    /// <summary>
    /// Bound by ML.NET's component catalog by name and return type; <paramref name="context"/> is its internal
    /// ModelLoadContext. This assembly must not reference Sleap.Transforms, which references it so that it is deployed:
    /// hence the late binding.
    /// </summary>
    internal static ITransformer Create(IHostEnvironment environment, object context)
    {
        const string type = Target + ".ModelFile";
        var load =
            Assembly.Load(Target).GetType(type)?.GetMethod("Load", BindingFlags.Static | BindingFlags.NonPublic)
            ?? throw new MissingMethodException(type, "Load");
        try
        {
            return (ITransformer)load.Invoke(null, [environment, context])!;
        }
        catch (TargetInvocationException failure) when (failure.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
    }
}
