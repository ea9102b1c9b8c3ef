namespace System.Runtime.CompilerServices;

/// <summary>
/// Known to the runtime by its name: this assembly may use the internal types of the named one. Without it the runtime
/// hides an attribute whose class is internal elsewhere, and ML.NET would not see that there is a loader here.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
