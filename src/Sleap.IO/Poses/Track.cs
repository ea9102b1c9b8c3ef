namespace Sleap.IO;

/// <summary>
/// The identity of one animal over time. The object is the identity: two tracks of one name are two animals,
/// because files hold such pairs.
/// </summary>
/// <param name="name">What the animal is called; names need not be unique.</param>
public sealed class Track(string name)
{
    /// <summary>What the animal is called.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
