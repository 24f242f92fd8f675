import RelicNN
@main struct Relic { static func main() { print(Machine.blasCore) } }
